import Foundation
import Testing

/// What runs out, and comes back.
@Suite struct ExhaustionTests {
    static let canLimit = FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit")

    @Test(.enabled(if: canLimit, "needs prlimit"))
    func aStoreThatIsFullRefusesWritesAndGoesOnWhenThereIsRoom() throws {
        let site = try Site.withClient()
        let limit = { (size: String) in
            try ChildProcess.run(["/usr/bin/prlimit", "--pid", "\(site.server.pid)", "--fsize=\(size):unlimited"])
                .status
        }
        // A file may not grow beyond this, which is to the store as a full disk is (and a SIGXFSZ on top).
        #expect(try limit("65536") == 0)
        let big = #"{"resourceType": "Patient", "id": "big", "a": "\#(String(repeating: "x", count: 70_000))"}"#
        let refused = try site.http.put("/fhir/Patient/big", big, Site.basic)
        #expect([503, 507].contains(refused.status) && refused.isOutcome, "\(refused.status) \(refused.text)")
        #expect(try site.http.get("/fhir/Patient/big", Site.basic).status == 404)
        #expect(try site.status() == 200, "reading goes on")
        #expect(site.server.isRunning)

        // With no room for one byte, no write can succeed at all.
        #expect(try limit("1") == 0)
        #expect(try site.http.put("/fhir/Client/more", ClientBody.text("more")).status >= 500)
        #expect(eventually(within: .seconds(3)) { (try? site.http.get("/health").status) == 503 })
        #expect(try site.http.get("/health").json["status"] as? String == "fail")
        #expect(try site.http.get("/readyz").status == 503)

        #expect(try limit("unlimited") == 0)
        #expect(
            eventually(within: .seconds(5)) { (try? site.http.put("/fhir/Patient/big", big, Site.basic).status) == 201 }
        )
        #expect(eventually(within: .seconds(3)) { (try? site.http.get("/health").status) == 200 })
        #expect(try site.http.get("/readyz").status == 200)
        site.server.kill()
        try site.start()
        #expect(try site.http.get("/fhir/Patient/big", Site.basic).version == 1)
    }

    @Test(.enabled(if: canLimit, "needs prlimit"))
    func whenDescriptorsRunOutOpenConnectionsAreServedAndTheOthersAfterwards() throws {
        let site = try Site.withClient(arguments: ["--ops-port", "0", "--header-timeout", "60s"])
        let ops = HTTPClient(port: try #require(site.server.opsPort))
        let failures = { try ops.metrics()[#"keyward_connections_refused_total{reason="exhausted"}"#] ?? -1 }
        // What was read within 20 ms of its file's writing is read once more; from then on it is kept.
        let written = ContinuousClock.now
        #expect(eventually { ContinuousClock.now - written > .milliseconds(40) })
        #expect(try site.status() == 200 && failures() == 0)
        // Nobody could have come this far by connections alone: the limit of connections leaves a reserve.
        let limit = { (count: Int) in
            try ChildProcess.run(["/usr/bin/prlimit", "--pid", "\(site.server.pid)", "--nofile=\(count):"]).status
        }
        #expect(try limit(site.server.openDescriptors + 3) == 0)
        let wires = try (0..<20).map { _ in try Wire(port: site.server.port) }
        #expect(try eventually { try failures() > 2 })

        let timing = try Timing(300, site.mustServe)
        report("good client while descriptors are out: \(timing)")
        #expect(timing.percentile(0.95) < .milliseconds(50), "\(timing)")
        #expect(try site.http.put("/fhir/Patient/p", RawRequest.body("p"), Site.basic).status == 201)
        // A secret that changes now cannot be read, and the log says why.
        try site.volume.swap(["client-secret": "another"])
        #expect(try site.status("basic", "another") == 401)
        let denial = try site.server.logLines { $0.reason == "file-unreadable" }
        #expect(denial[0]["detail"]?.contains("Too many open files") == true, "\(denial[0].text)")
        #expect(denial[0]["detail"]?.contains("raise the limit of the process") == true, "\(denial[0].text)")

        #expect(try limit(1_000) == 0)
        for wire in wires {
            try wire.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try Answer(from: wire).status == 200, "who waited is served")
        }
        #expect(try site.status("basic", "another") == 200)
        let before = try failures()
        #expect(try HTTPClient(port: site.server.port).get("/livez").status == 200)
        #expect(try failures() == before)
        let errors = site.server.logLines.filter { $0.message?.hasPrefix("no connection can be accepted") == true }
        #expect(errors.count == 1, "one line an episode")
        #expect(try site.server.terminate() == .exited(0))
    }
}
