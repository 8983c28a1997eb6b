import Foundation
import Testing

/// What arrives on the wire, byte by byte.
@Suite struct WireTests {
    static let body = RawRequest.body("smuggled")
    static let smuggled = RawRequest.wholePut("smuggled")

    /// Content that nobody read, of a request that is refused for its credentials, is never taken for a request.
    @Test func contentOfARefusedRequestIsNotExecuted() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        for framing in [
            "Content-Length: \(Self.smuggled.utf8.count)\r\n\r\n\(Self.smuggled)",
            "Transfer-Encoding: chunked\r\n\r\n"
                + "\(String(Self.smuggled.utf8.count, radix: 16))\r\n\(Self.smuggled)\r\n0\r\n\r\n",
        ] {
            let wire = try Wire(port: site.server.port)
            try wire.send(
                "PUT /fhir/Patient/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\(framing)")
            wire.finishSending()
            #expect(try Answer(from: wire).status == 401)
            #expect(try wire.receiveToEnd() == "")
            #expect(try site.http.get("/fhir/Patient/smuggled", Site.basic).status == 404)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let site = try Site.withClient()
        let wire = try Wire(port: site.server.port)
        var requests = ""
        for index in 0..<50 {
            requests += RawRequest.wholePut("p\(index)", "X-Request-Id: put-\(index)\r\n")
            requests += RawRequest.get("p\(index)", "X-Request-Id: get-\(index)\r\n")
        }
        try wire.send(requests)
        for index in 0..<50 {
            let put = try Answer(from: wire)
            #expect(put.status == 201 && put["X-Request-Id"] == "put-\(index)")
            let get = try Answer(from: wire)
            #expect(get.status == 200 && get["X-Request-Id"] == "get-\(index)")
        }
    }

    @Test func aRequestByteByByteIsARequest() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        let wire = try Wire(port: site.server.port)
        for byte in Self.smuggled.utf8 { try wire.send([byte]) }
        #expect(try Answer(from: wire).status == 201)
        let chunked =
            Self.smuggled.components(separatedBy: "Content-Length")[0]
            + "Transfer-Encoding: chunked\r\n\r\n"
            + Self.body.utf8.map { "1\r\n\(Character(UnicodeScalar($0)))\r\n" }.joined()
            + "0\r\nTrailer: x\r\n\r\n"
        try wire.send(chunked)
        #expect(try Answer(from: wire).status == 200)
    }

    @Test func expectContinueIsAnsweredBeforeTheContentComes() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        let (head, body) = (Self.smuggled.components(separatedBy: "\r\n\r\n")[0], Self.body)
        let wire = try Wire(port: site.server.port)
        try wire.send("\(head)\r\nExpect: 100-continue\r\n\r\n")
        #expect(try Answer(from: wire).status == 100)
        try wire.send(body)
        #expect(try Answer(from: wire).status == 201)

        // One who may not write is not asked for the content.
        let other = try Wire(port: site.server.port)
        try other.send(
            "\(head.replacingOccurrences(of: RawRequest.authorization, with: ""))\r\nExpect: 100-continue\r\n\r\n")
        #expect(try Answer(from: other).status == 401)

        let unknown = try Wire(port: site.server.port)
        try unknown.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\n\r\n")
        #expect(try Answer(from: unknown).status == 417)
    }

    @Test func tooMuchOfAHeaderIsNamed() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        for (request, status) in [
            ("GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: h\r\n\r\n", 414),
            ("GET /livez HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "a", count: 33_000))\r\n\r\n", 431),
            ("GET /livez HTTP/1.1\r\nHost: h\r\n\(String(repeating: "X: y\r\n", count: 100))\r\n", 431),
        ] {
            let wire = try Wire(port: site.server.port)
            try wire.send(request)
            let answer = try Answer(from: wire)
            #expect(answer.status == status)
            #expect(try wire.receiveToEnd() == "")
        }
    }

    @Test func aRequestsIdIsSentBackWhenItIsSane() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        let path = "/livez"
        #expect(try site.http.get(path, [("X-Request-Id", "abc-123_x.Y")])["X-Request-Id"] == "abc-123_x.Y")
        for id in ["a b", "", "<script>", "\"", String(repeating: "a", count: 4_000), "ä", "{}"] {
            let answer = try site.http.get(path, [("X-Request-Id", id)])
            let sent = try #require(answer["X-Request-Id"])
            #expect(sent != id && !sent.isEmpty)
        }
        let first = try site.http.get(path)["X-Request-Id"]
        #expect(try site.http.get(path)["X-Request-Id"] != first)
        #expect(try site.http.get("/fhir/none")["X-Request-Id"] != nil)
        let wire = try Wire(port: site.server.port)
        try wire.send("nonsense\r\n\r\n")
        #expect(try Answer(from: wire)["X-Request-Id"] != nil, "every response has one")
    }

    @Test func anHTTP10ClientIsServed() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        let wire = try Wire(port: site.server.port)
        try wire.send("GET /livez HTTP/1.0\r\n\r\n")
        let answer = try Answer(from: wire)
        #expect(answer.status == 200)
        #expect(try wire.receiveToEnd() == "", "closed, since it did not ask to keep the connection")
    }
}
