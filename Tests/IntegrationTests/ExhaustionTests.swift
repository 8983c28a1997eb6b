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

        #expect(try limit("unlimited") == 0)
        #expect(
            eventually(within: .seconds(5)) { (try? site.http.put("/fhir/Patient/big", big, Site.basic).status) == 201 }
        )
        #expect(eventually(within: .seconds(3)) { (try? site.http.get("/health").status) == 200 })
        site.server.kill()
        try site.start()
        #expect(try site.http.get("/fhir/Patient/big", Site.basic).version == 1)
    }

    @Test(.enabled(if: canLimit, "needs prlimit"))
    func whenDescriptorsRunOutTheServerLivesAndServesAgain() throws {
        let site = try Site(program: ["/usr/bin/prlimit", "--nofile=40:40", KeywardBinary.path()])
        try site.put(ClientBody.text())
        var wires: [Wire] = []
        for _ in 0..<60 { wires.append(try Wire(port: site.server.port)) }
        try wires[0].send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try Answer(from: wires[0]).status == 200)
        wires = []
        #expect(eventually { (try? site.status()) == 200 })
        #expect(site.server.isRunning)
        #expect(try site.server.terminate() == .exited(0))
    }

    @Test func oneConnectionTooManyIsClosed() throws {
        let server = try KeywardProcess(["--store", "memory:", "--max-connections", "3"])
        let wires = try (0..<3).map { _ in
            let wire = try Wire(port: server.port)
            try wire.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try Answer(from: wire).status == 200)
            return wire
        }
        #expect(try Wire(port: server.port).receiveToEnd() == "")
        #expect(wires.count == 3)
    }
}
