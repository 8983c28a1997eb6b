import Foundation
import Testing

/// Every limit by its flag, with the real binary: exactly at it, and one beyond.
@Suite struct LimitTests {
    struct Case: CustomTestStringConvertible {
        let flags: [String]
        let atLimit: String
        let beyond: String
        let status: Int
        /// The status at the limit.
        var fine = 200
        var testDescription: String { flags[0] }
    }

    private static func get(_ target: String = "/livez", _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n"
    }

    private static func put(_ fields: String, _ content: String) -> String {
        RawRequest.put("p") + "\(fields)\r\n\r\n\(content)"
    }

    private static func chunked(_ content: String) -> String { put("Transfer-Encoding: chunked", content) }

    private static let patient = RawRequest.body("p")
    private static let size = patient.utf8.count
    private static let chunk = "\(String(size, radix: 16))\r\n\(patient)\r\n"

    private static func nested(_ depth: Int) -> String {
        let value = String(repeating: "[", count: depth - 1) + "1" + String(repeating: "]", count: depth - 1)
        let body = #"{"resourceType": "Patient", "id": "p", "a": \#(value)}"#
        return put("Content-Length: \(body.utf8.count)", body)
    }

    private static func xs(_ count: Int) -> String { String(repeating: "x", count: count) }

    static let cases = [
        Case(
            flags: ["--max-header", "100"], atLimit: get("/livez", "A: \(xs(63))\r\n"),
            beyond: get("/livez", "A: \(xs(64))\r\n"), status: 431),
        Case(
            flags: ["--max-target", "20"], atLimit: get("/livez?\(xs(13))"), beyond: get("/livez?\(xs(14))"),
            status: 414),
        Case(
            flags: ["--max-fields", "3"], atLimit: get("/livez", "A: 1\r\nB: 2\r\n"),
            beyond: get("/livez", "A: 1\r\nB: 2\r\nC: 3\r\n"), status: 431),
        Case(
            flags: ["--max-body", "\(size)"], atLimit: put("Content-Length: \(size)", patient),
            beyond: put("Content-Length: \(size + 1)", patient + " "), status: 413, fine: 201),
        Case(
            flags: ["--max-body", "\(size)"], atLimit: chunked(chunk + "0\r\n\r\n"),
            beyond: chunked(chunk + "1\r\n \r\n0\r\n\r\n"), status: 413, fine: 201),
        Case(
            flags: ["--max-trailer", "16"], atLimit: chunked(chunk + "0\r\nA: 123\r\nB: 456\r\n\r\n"),
            beyond: chunked(chunk + "0\r\nA: 123\r\nB: 4567\r\n\r\n"), status: 431, fine: 201),
        Case(
            flags: ["--max-chunk-extension", "5"], atLimit: chunked("1;a\r\n \r\n" + chunk + "0;bc\r\n\r\n"),
            beyond: chunked("1;a\r\n \r\n" + chunk + "0;bcd\r\n\r\n"), status: 400, fine: 201),
        Case(flags: ["--max-nesting", "4"], atLimit: nested(4), beyond: nested(5), status: 400, fine: 201),
    ]

    @Test(arguments: cases)
    func atTheLimitIsFineAndOneBeyondIsRefused(limit: Case) throws {
        let site = try Site.withClientUnder(limit.flags)
        let fine = try Wire(port: site.server.port)
        try fine.send(limit.atLimit)
        #expect(try Answer(from: fine).status == limit.fine)
        let refused = try Wire(port: site.server.port)
        try refused.send(limit.beyond)
        #expect(try Answer(from: refused).status == limit.status)
    }

    @Test func theLastRequestOfAConnectionClosesIt() throws {
        let server = try KeywardProcess(["--store", "memory:", "--max-requests-per-connection", "2"])
        let wire = try Wire(port: server.port)
        try wire.send(Self.get() + Self.get() + Self.get())
        #expect(try Answer(from: wire)["Connection"] == nil)
        #expect(try Answer(from: wire)["Connection"] == "close")
        #expect(try wire.receiveToEnd() == "")
    }

    @Test(arguments: [("--max-connections", "limit"), ("--max-connections-per-address", "address-limit")])
    func oneConnectionTooManyIsClosedCountedAndLoggedOnce(flag: String, reason: String) throws {
        let server = try KeywardProcess(["--store", "memory:", "--ops-port", "0", flag, "3"])
        let ops = HTTPClient(port: try #require(server.opsPort))
        #expect(try ops.metrics()["keyward_connections_refused_total{reason=\"\(reason)\"}"] == 0)
        var wires = try (0..<3).map { _ in try served(server) }
        for _ in 0..<5 { #expect(try Wire(port: server.port).receiveToEnd() == "") }
        #expect(try ops.metrics()["keyward_connections_refused_total{reason=\"\(reason)\"}"] == 5)
        let lines = try server.logLines { $0.message?.contains("\(flag) ") == true }
        #expect(lines.map(\.level) == ["warning"])
        wires.removeLast()
        #expect(eventually { (try? served(server)) != nil }, "there is room again")
    }

    @Test(arguments: ["--max-connections", "--max-connections-per-address"])
    func theOpsPortAnswersWhileTheMainPortTakesNoMore(flag: String) throws {
        let server = try KeywardProcess(["--store", "memory:", "--ops-port", "0", flag, "3"])
        let wires = try (0..<3).map { _ in try served(server) }
        #expect(try Wire(port: server.port).receiveToEnd() == "")
        for target in ["/livez", "/readyz", "/metrics"] {
            let ops = HTTPClient(port: try #require(server.opsPort))
            #expect(try ops.get(target).status == 200)
        }
        #expect(try HTTPClient(port: try #require(server.opsPort)).metrics()["keyward_connections"] == 3)
        withExtendedLifetime(wires) {}
    }

    @Test func theOpsPortTakesSixteenConnectionsAndKeepsNoneFromTheMainPort() throws {
        let server = try KeywardProcess(["--store", "memory:", "--ops-port", "0", "--max-connections", "1"])
        let port = try #require(server.opsPort)
        var wires = try (0..<16).map { _ in try served(server, port: port) }
        for _ in 0..<3 { #expect(try Wire(port: port).receiveToEnd() == "") }
        _ = try served(server)
        let lines = try server.logLines { $0.message?.hasPrefix("connections to the ops port are closed") == true }
        #expect(lines.map(\.level) == ["warning"])
        wires.removeAll()
        #expect(
            eventually {
                (try? HTTPClient(port: port).metrics()["keyward_connections_refused_total{reason=\"ops-limit\"}"]) == 3
            }, "there is room again, and it has counted them")
    }

    private func served(_ server: KeywardProcess, port: UInt16? = nil) throws -> Wire {
        let wire = try Wire(port: port ?? server.port)
        try wire.send(Self.get())
        guard try Answer(from: wire).status == 200 else { throw HarnessFault("not served") }
        return wire
    }

    @Test(.enabled(if: ExhaustionTests.canLimit, "needs prlimit"))
    func theDescriptorLimitIsRaisedToTheHardOneAndLeavesRoomBesideConnections() throws {
        func start(_ arguments: [String]) throws -> KeywardProcess {
            try KeywardProcess(
                ["--store", "memory:", "--ops-port", "0", "--event-loops", "2"] + arguments,
                program: ["/usr/bin/prlimit", "--nofile=300:2000", KeywardBinary.path()])
        }
        let server = try start([])
        #expect(server.descriptorLimit == 2_000)
        let ops = HTTPClient(port: try #require(server.opsPort))
        #expect(try ops.metrics()["keyward_connections_limit"] == 2_000 - 72)
        let warning = try server.logLines { $0.message?.hasPrefix("fewer connections than set") == true }
        #expect(warning.map(\.level) == ["warning"])
        let fitting = try start(["--max-connections", "1928"])
        #expect(!fitting.log.contains("fewer connections than set"))
    }
}

extension Site {
    /// With `Client/basic` in place, and flags that its registration might not pass.
    fileprivate static func withClientUnder(_ flags: [String]) throws -> Site {
        let site = try Site.withClient()
        site.server.kill()
        try site.start(adding: flags)
        return site
    }
}
