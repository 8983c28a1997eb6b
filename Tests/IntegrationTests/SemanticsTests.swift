import Foundation
import Testing

/// What RFC 9110 says of methods, fields and statuses, seen from outside.
@Suite struct SemanticsTests {
    private func site() throws -> Site { try Site.withClient(arguments: ["--store", "memory:"]) }

    @Test func traceReflectsNothing() throws {
        let site = try site()
        let secret = ("X-Secret", "reflected-4711")
        for path in ["/livez", "/fhir/Patient", "/nowhere"] {
            let answer = try site.http.send("TRACE", path, [secret] + Site.basic)
            #expect(answer.status == 501)
            #expect(!answer.text.contains(secret.1) && !answer.text.contains("Basic"))
            #expect(!answer.head.contains(secret.1))
        }
    }

    @Test func theServerAsAWholeNamesItsMethods() throws {
        let site = try site()
        let answer = try site.http.send("OPTIONS", "*")
        #expect(answer.status == 204)
        #expect(answer["Allow"] == "DELETE, GET, HEAD, OPTIONS, POST, PUT")
        #expect(answer["Content-Length"] == nil)
        #expect(try site.http.send("GET", "*").status == 400)
    }

    @Test func nothingIsUpgradedTo() throws {
        let site = try site()
        for name in ["h2c", "websocket", "TLS/1.2"] {
            let fields = [("Connection", "Upgrade"), ("Upgrade", name)]
            let answer = try site.http.get("/livez", fields)
            #expect(answer.status == 200)
            #expect(answer["Upgrade"] == nil && answer["Connection"] == nil)
        }
    }

    @Test func aResponseWithoutContentHasNoLengthAndNothingBehindIt() throws {
        let site = try site()
        #expect(try site.http.put("/fhir/Patient/p", RawRequest.body("p"), Site.basic).status == 201)
        let unchanged = [("If-None-Match", #"W/"1""#)] + Site.basic
        for answer in [
            try site.http.get("/fhir/Patient/p", unchanged), try site.http.delete("/fhir/Patient/p", Site.basic),
        ] {
            #expect([204, 304].contains(answer.status))
            #expect(answer["Content-Length"] == nil && answer["Transfer-Encoding"] == nil)
            #expect(answer["Date"] != nil)
            // On the same connection: whatever stood behind the one before would be taken for this one.
            #expect(try site.http.get("/livez").status == 200)
        }
    }

    @Test func aRangeIsNotServedAndTheWholeIs() throws {
        let site = try site()
        #expect(try site.http.put("/fhir/Patient/p", RawRequest.body("p"), Site.basic).status == 201)
        let whole = try site.http.get("/fhir/Patient/p", Site.basic)
        let ranged = try site.http.get("/fhir/Patient/p", [("Range", "bytes=0-1")] + Site.basic)
        #expect(ranged.status == 200 && ranged.body == whole.body)
        #expect(ranged["Accept-Ranges"] == nil && ranged["Content-Range"] == nil)
    }

    /// Such a GET is served, and what it carries means nothing.
    @Test func contentOfAGetIsIgnored() throws {
        let site = try site()
        #expect(try site.http.put("/fhir/Patient/p", RawRequest.body("p"), Site.basic).status == 201)
        let answer = try site.http.send("GET", "/fhir/Patient/p", Site.basic, Array(RawRequest.body("other").utf8))
        #expect(answer.status == 200)
        #expect(answer.text.contains(#""id":"p""#))
    }

    /// A request whose end never came was not made (RFC 9112 §8).
    @Test(arguments: ["Content-Length: 100\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1f\r\n"])
    func aRequestThatIsNotWholeIsNotExecuted(framing: String) throws {
        let site = try site()
        let wire = try Wire(port: site.server.port)
        try wire.send(RawRequest.put("half") + framing + RawRequest.body("half"))
        wire.finishSending()
        let answer = try wire.receiveToEnd()
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "))
        #expect(try site.http.get("/fhir/Patient/half", Site.basic).status == 404)
    }
}
