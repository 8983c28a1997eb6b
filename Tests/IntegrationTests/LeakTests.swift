import Foundation
import Glibc
import Testing

/// No secret leaves the server but by the file it came in. Marked secrets are put wherever a request, a file or a
/// config can hold one, and everything that the server says, writes and keeps is searched for them.
@Suite struct LeakTests {
    static let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

    @Test(arguments: levels, ["json", "text"])
    func nothingThatIsSaidOrWrittenHoldsASecret(level: String, format: String) throws {
        let site = try LeakSite(["--log-level", level, "--log-format", format], isRooted: format == "text")
        try site.provoke()
        try site.finish()
        for leak in site.sinks.leaks.prefix(20) { Issue.record("\(leak)") }
        let provoked: Set = [
            200, 201, 204, 400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 417, 422, 431, 501, 505,
        ]
        #expect(site.statuses.isSuperset(of: provoked), "not provoked: \(provoked.subtracting(site.statuses).sorted())")
        #expect(site.sinks.contents.contains { $0.name == "audit.ndjson" && $0.bytes.count > 10_000 })
        let log = site.sinks.contents.first { $0.name == "standard error" }.map {
            String(decoding: $0.bytes, as: UTF8.self)
        }
        if ["trace", "debug", "info", "notice"].contains(level) {
            #expect(log?.contains("wrong-password") == true, "the log is what was searched")
        }
    }

    /// What a core file would hold. Only root may look: the process is not dumpable.
    @Test(
        .enabled(if: ProcessMemory.canBeRead, "only CAP_SYS_PTRACE reads the memory of keyward"),
        .disabled(if: Sanitizer.isOn, "a sanitizer maps terabytes, and keeps what was freed"))
    func theMemoryHoldsNoSecretThatIsNotInUse() throws {
        let site = try LeakSite()
        // Requests in pieces, several at once, and one whose connection stays open and idle.
        let kept = try Wire(port: site.site.server.port)
        // One that has never asked for anything would not be left open.
        try kept.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = try Answer(from: kept)
        func request(_ password: String, _ body: String? = nil) -> String {
            "\(body == nil ? "GET" : "PUT") /fhir/Patient/kept HTTP/1.1\r\nHost: h\r\n"
                + "\(Provocation.credentials("basic", password))\r\n"
                + (body.map { "Content-Type: application/json\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)" }
                    ?? "\r\n")
        }
        for right in [Marker.gone("rotated"), Marker.inForce("new")] {
            try site.site.volume.swap(["client-secret": right])
            for one in Provocation.withoutTexts(right: right) { try site.send(one) }
            let body = String(repeating: Marker.gone("kept"), count: 100)
            for text in [request(Marker.gone("kept")), request(right, "!" + body)] {
                let bytes = Array(text.utf8)
                for start in stride(from: 0, to: bytes.count, by: 97) {
                    try kept.send(Array(bytes[start..<min(start + 97, bytes.count)]))
                }
                #expect(try [400, 401].contains(Answer(from: kept).status))
            }
            try kept.send(String(repeating: request(Marker.gone("piped")) + request(right), count: 20))
            for _ in 0..<40 { _ = try Answer(from: kept) }
        }
        // The new value is in force, and has pushed out the one before.
        #expect(try site.site.status("basic", Marker.inForce("new")) == 200)

        let memory = ProcessMemory(of: site.site.server.pid)
        let gone = try memory.places(of: [Marker.gone.plain] + Marker.gone.encoded + Marker.inForce.encoded)
        for place in Set(gone).prefix(20) { Issue.record("\(place)") }
        // Five secrets of the config have one, and each is held once: no copy of a presented password is left.
        let inForce = try memory.places(of: [Marker.inForce.plain])
        #expect(inForce.contains { $0.contains(Marker.inForce("new")) }, "the memory is what was searched")
        #expect(inForce.count == 5, "\(inForce)")
        #expect(kept.received.isEmpty)
    }

    /// Bytes that no request is made of: what follows a last response, and plain HTTP where TLS is spoken.
    @Test(
        .enabled(if: ProcessMemory.canBeRead, "only CAP_SYS_PTRACE reads the memory of keyward"),
        .disabled(if: Sanitizer.isOn, "a sanitizer maps terabytes, and keeps what was freed"))
    func theMemoryHoldsNothingOfWhatIsOnlyThrownAway() throws {
        let files = try CertificateVolume()
        let plain = try Site.withClient(arguments: ["--store", "memory:"])
        let secured = try Site.withClient(
            arguments: ["--store", "memory:"] + files.arguments, tls: files.trusting)
        func request(_ name: String, fields: Int) -> String {
            "GET /fhir/Patient HTTP/1.1\r\nHost: h\r\n"
                + (0..<fields).map { "X-\($0): \(Marker.gone(name))\r\n" }.joined() + "\r\n"
        }
        for fields in [1, 10, 100, 500] {
            let late = try Wire(port: plain.server.port)
            try late.send("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(try Answer(from: late).status == 200)
            try late.send(request("late", fields: fields))
            late.finishSending()
            _ = try late.receiveToEnd()
            let strayed = try Wire(port: secured.server.port)
            try strayed.send(request("strayed", fields: fields))
            #expect(try strayed.receiveToEnd().hasPrefix("HTTP/1.1 400"))
        }
        for server in [plain.server, secured.server] {
            let gone = try ProcessMemory(of: server.pid).places(of: [Marker.gone.plain] + Marker.gone.encoded)
            for place in Set(gone).prefix(20) { Issue.record("\(place)") }
        }
    }

    /// Faulty configs and files beside which a secret stands, to everything that looks at them without serving.
    @Test(arguments: [
        #"{"secret": {"x": {"path": "VOLUME/nul", "scope": "Client", "value": "SECRET"}}}"#,
        #"{"secret": {"x": {"path": "VOLUME/nul", "scope": "Client", "value": "SECRET"}, "x": "SECRET"}}"#,
        #"{"secret": {"x": "SECRET", "y": ["SECRET"]}, "roots": "SECRET"}"#,
        #"{"secret": {"x": {"path": "VOLUME/nul", "scope": {"resource_type": "Client", "id": "SECRET"}}}}"#,
        #"{"secret": {"x": {"path": "VOLUME/nul", "scope": {"resource_type": "Client", "password": "SECRET"}}}}"#,
        #"{"secret": {"x": {"path": "VOLUME/nul", "scope": ["Client"], "value": SECRET}}}"#,
        #"{"secret": {"x": {"path": "VOLUME/nul", "value": "SECRET"#, #""SECRET""#, "SECRET", #"{"secret": "SECRET"}"#,
    ])
    func noFaultOfAConfigQuotesAValueBesideIt(config: String) throws {
        let site = try LeakSite()
        let text = config.replacing("VOLUME", with: site.site.volume.path).replacing(
            "SECRET", with: Marker.text("config"))
        let path = try site.site.folder.write(text, to: "faulty.json")
        let store = ["--store", "memory:"]
        var sinks = Sinks()
        for words in [["check"], ["check", "--format", "json"], ["serve", "--port", "0"]] {
            let report = try ChildProcess.keyward(words + store + ["--vault-config", path])
            #expect(report.status != 0)
            sinks.add("\(words)", report.output + report.errors)
        }
        for leak in sinks.leaks { Issue.record("\(leak)") }
    }

    @Test(arguments: [["check"], ["check", "--format", "json"]])
    func checkQuotesNoFile(words: [String]) throws {
        let site = try LeakSite()
        let report = try ChildProcess.keyward(words + site.settings)
        #expect(report.status == 1)
        #expect(report.output.contains("contains-nul") && report.output.contains("too-long"))
        var sinks = Sinks()
        sinks.add("\(words)", report.output + report.errors)
        for leak in sinks.leaks { Issue.record("\(leak)") }
    }

    /// Roots are in the config, so a secret's final path is asked of `/proc/self/fd`, which stays open to the server.
    @Test(.enabled(if: getuid() != 0 || FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")))
    func theMemoryIsClosedToItsOwnUserAndLeavesNoCore() throws {
        let folder = try TemporaryFolder()
        var program = [folder.at("keyward")]
        _ = try ChildProcess.run(["/bin/cp", try KeywardBinary.path(), program[0]])
        if getuid() == 0 {
            program = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] + program
        }
        let site = try Site(arguments: ["--store", "memory:"], program: program)
        try site.put(ClientBody.text())
        #expect(try site.status() == 200)

        let process = "/proc/\(site.server.pid)"
        let limits = try String(contentsOfFile: "\(process)/limits", encoding: .utf8)
        let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        #expect(core?.split(separator: " ").filter { $0 == "0" }.count == 2, "\(limits)")
        var status = stat()
        #expect(
            unsafe stat("\(process)/limits", &status) == 0 && status.st_uid == 0, "not dumpable: it belongs to root")
        #expect(unsafe stat("\(process)/environ", &status) == 0 && status.st_uid == 0 && status.st_mode & 0o077 == 0)
        #expect(unsafe stat(process, &status) == 0 && status.st_uid != 0, "its user is another")
    }
}
