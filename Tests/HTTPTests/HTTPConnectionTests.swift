import Foundation
import HTTP
import Synchronization
import Testing

/// What a connection says and leaves unsaid, beyond what a request's bytes decide: those are the rows of `WireCase`.
@Suite struct HTTPConnectionTests {
    private func put(_ path: String, _ fields: String, version: String = "1.1") -> String {
        "PUT \(path) HTTP/\(version)\r\nHost: h\r\nExpect: 100-continue\r\n\(fields)\r\n\r\n"
    }

    /// Waits for all that the server says without any more being sent.
    private func answered(_ text: String) throws -> String {
        let live = try LiveService { $0.body = 10 }
        defer { live.stop() }
        let client = try RawClient(port: live.port)
        client.send(text)
        return client.read()
    }

    @Test func whoseAnswerIsKnownIsNotAskedForTheContent() throws {
        let ignored = try answered(put("/ignore", "Content-Length: 5"))
        #expect(ignored.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(ignored.contains("\r\nConnection: close\r\n"))
        let tooLarge = try answered(put("/a", "Content-Length: 11"))
        #expect(tooLarge.hasPrefix("HTTP/1.1 413 "))
        #expect(tooLarge.contains("\r\nConnection: close\r\n"))
        let unframed = try answered(put("/a", "Connection: close"))
        #expect(unframed.hasPrefix("HTTP/1.1 200 OK\r\n"), "there is no content to wait for")
    }

    @Test func anExpectationOfHTTP10IsIgnored() throws {
        let live = try LiveService()
        defer { live.stop() }
        let client = try RawClient(port: live.port)
        client.send(put("/a", "Content-Length: 2", version: "1.0"))
        while live.responder.asked.withLock(\.isEmpty) { sched_yield() }
        client.send("hi")
        let answer = client.read()
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"), "and not 100")
        #expect(answer.hasSuffix("PUT /a [hi]\n"))
    }

    @Test(arguments: [
        "HEAD / HTTP/1.1\r\n\r\n", "HEAD / HTTP/2.0\r\n\r\n", "HEAD x HTTP/1.1\r\nHost: h\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n", "\r\nHEAD / HTTP/1.1\nHost: h\n\n",
    ])
    func aRefusedHeadHasNoContentEither(text: String) throws {
        let answer = try answered(text)
        #expect(answer.hasSuffix("\r\n\r\n"))
        #expect(!answer.contains("\r\nContent-Length: 0\r\n"), "it tells the length that GET would have")
    }

    @Test func oneThatIsBehindAHeadAndIsRefusedHasContent() throws {
        let answer = try answered("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\n\r\n")
        #expect(answer.hasSuffix("The Host field is missing.\n"))
        let other = try answered("GET / HTTP/1.1\r\n\r\nHEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(other.hasSuffix("The Host field is missing.\n"))
    }

    @Test func everyRefusalHasDateLengthTypeAndClose() throws {
        let answer = try answered("nonsense\r\n\r\n")
        for field in ["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Content-Type: text/plain", "Connection: close"] {
            #expect(answer.contains("\r\n\(field)"))
        }
        let parts = answer.components(separatedBy: "\r\n\r\n")
        #expect(answer.contains("\r\nContent-Length: \(parts.last?.utf8.count ?? 0)\r\n"))
    }

    /// The other side has closed for writing before all of its request was there (RFC 9112 §8).
    @Test(arguments: [
        "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhell",
        "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n",
    ])
    func contentThatIsNotWholeIsNone(text: String) throws {
        let live = try LiveService()
        defer { live.stop() }
        let answer = try live.exchange(text)
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
        #expect(!answer.contains("hell"))
    }
}
