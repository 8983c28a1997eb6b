import Foundation
import HTTP
import Synchronization
import Testing
import Transport

/// Peers that give or take little at a time, and never nothing.
@Suite struct SlowPeerTests {
    /// Sends `piece` again and again, each time after waiting for an answer as long as `pause`; answers what came.
    private func dribble(
        _ live: LiveService, _ start: String, _ piece: String, every pause: Int32, times: Int = .max
    ) throws -> (answer: String, sent: Int, time: Duration) {
        let client = try RawClient(port: live.port)
        let began = ContinuousClock.now
        client.send(start)
        var sent = 0
        while sent < times, ContinuousClock.now - began < .seconds(20), !client.hasArrived(within: pause) {
            client.send(piece)
            sent += 1
        }
        let time = ContinuousClock.now - began
        client.finish()
        return (client.read(), sent, time)
    }

    private static let put = "PUT /a HTTP/1.1\r\nHost: h\r\n"

    @Test(arguments: [
        ("Content-Length: 100000\r\n\r\n", "x"), ("Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
        // What is not content buys no time: here an extension of a chunk that never comes to its end.
        ("Transfer-Encoding: chunked\r\n\r\n1;", String(repeating: "x", count: 50)),
    ])
    func contentBelowTheMinimumRateIs408ThoughItNeverStops(framing: String, piece: String) throws {
        let live = try LiveService {
            ($0.bodyTimeout, $0.minimumBodyRate, $0.chunkExtension) = (.milliseconds(300), 1_000, 1_000_000)
        }
        defer { live.stop() }
        let (answer, sent, time) = try dribble(live, Self.put + framing, piece, every: 10)
        #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer)")
        #expect(sent > 3 && time >= .milliseconds(290) && time < .seconds(5), "\(sent) in \(time)")
    }

    @Test(arguments: [
        ("Content-Length: 100000\r\n\r\n", String(repeating: "x", count: 1_000)),
        ("Transfer-Encoding: chunked\r\n\r\n", "3e8\r\n\(String(repeating: "x", count: 1_000))\r\n"),
    ])
    func contentThatKeepsTheRateMayTakeLongerThanTheTimeout(framing: String, piece: String) throws {
        let live = try LiveService { ($0.bodyTimeout, $0.minimumBodyRate) = (.seconds(1), 10_000) }
        defer { live.stop() }
        // 100 pieces of 1,000 bytes: at most 50,000 bytes a second, for 2 seconds and more.
        let client = try RawClient(port: live.port)
        let began = ContinuousClock.now
        client.send(Self.put + framing)
        for _ in 0..<100 {
            if client.hasArrived(within: 20) { break }
            client.send(piece)
        }
        if framing.contains("chunked") { client.send("0\r\n\r\n") }
        #expect(ContinuousClock.now - began > .seconds(1))
        client.finish()
        #expect(client.read().hasPrefix("HTTP/1.1 200 "))
    }

    @Test func aHeaderInManySmallPiecesDoesNotEscapeItsTimeout() throws {
        let live = try LiveService {
            ($0.headerTimeout, $0.header, $0.fields) = (.milliseconds(300), 10_000_000, 10_000_000)
        }
        defer { live.stop() }
        // As fast as they go: the connection has news in every turn of the loop.
        let (answer, _, time) = try dribble(live, "GET / HTTP/1.1\r\nHost: h\r\n", "A: b\r\n", every: 0)
        #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer.prefix(100))")
        #expect(time < .seconds(5), "\(time)")
    }

    @Test func aNewConnectionThatSendsNothingHasTheTimeOfAHeaderAndOneThatAskedMayRest() throws {
        let live = try LiveService { ($0.headerTimeout, $0.idleTimeout) = (.milliseconds(200), .seconds(60)) }
        defer { live.stop() }
        let asked = try RawClient(port: live.port)
        asked.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = asked.read(until: "/1 []\n")
        let began = ContinuousClock.now
        let silent = try RawClient(port: live.port)
        #expect(silent.read().isEmpty)
        #expect(ContinuousClock.now - began >= .milliseconds(190))
        #expect(!asked.hasArrived(within: 400))
        asked.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(asked.read(until: "/2 []\n").contains("/2 []"))
    }

    @Test func theLastRequestOfAConnectionIsToldThatItIs() throws {
        let live = try LiveService { $0.requestsOnOneConnection = 3 }
        defer { live.stop() }
        let answer = try live.exchange((1...4).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
        #expect(answer.ranges(of: "HTTP/1.1 200 OK").count == 3)
        #expect(answer.ranges(of: "Connection: close").count == 1)
        #expect(live.responder.asked.withLock { $0 } == ["GET /1", "GET /2", "GET /3"])
    }

    @Test func aReaderBelowTheMinimumRateIsCutOffThoughItNeverStops() throws {
        let live = try LiveService { ($0.writeTimeout, $0.minimumWriteRate) = (.milliseconds(300), 1_048_576) }
        defer { live.stop() }
        let client = try RawClient(port: live.port)
        client.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(client.hasArrived(within: 10_000))
        let began = ContinuousClock.now
        while live.server.connections > 0, ContinuousClock.now - began < .seconds(10) {
            _ = client.take(1_000)
            usleep(10_000)
        }
        let time = ContinuousClock.now - began
        #expect(time > .milliseconds(200) && time < .seconds(5), "\(time)")
        // What the kernel still held for it is gone.
        #expect(client.ending() == ECONNRESET)
    }

    @Test func aReaderThatKeepsTheRateMayTakeLongerThanTheTimeout() throws {
        let live = try LiveService { ($0.writeTimeout, $0.minimumWriteRate) = (.milliseconds(800), 1_048_576) }
        defer { live.stop() }
        let client = try RawClient(port: live.port)
        client.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n")
        let began = ContinuousClock.now
        var count = 0
        while count < 33_554_432, client.hasArrived(within: 5_000) {
            let taken = client.take(131_072)
            guard taken > 0 else { break }
            count += taken
            usleep(5_000)
        }
        #expect(count > 33_554_432, "\(count)")
        #expect(ContinuousClock.now - began > .seconds(1))
    }

    private func waitUntilClosed(_ live: LiveService) -> Duration {
        let began = ContinuousClock.now
        while live.server.connections > 0, ContinuousClock.now - began < .seconds(10) { sched_yield() }
        return ContinuousClock.now - began
    }

    @Test func whoDoesNotCloseAfterTheLastResponseIsWaitedForNoLongerThanTheLingerTimeout() throws {
        let live = try LiveService { $0.lingerTimeout = .milliseconds(300) }
        defer { live.stop() }
        let client = try RawClient(port: live.port)
        client.send("GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        #expect(client.read().hasSuffix("/1 []\n"))
        #expect(live.server.connections == 1)
        let time = waitUntilClosed(live)
        #expect(time < .seconds(5), "\(time)")
    }

    @Test func whoSendsOnAfterTheLastResponseIsReadToTheLingerLimit() throws {
        let live = try LiveService { ($0.lingerTimeout, $0.linger) = (.seconds(60), 10) }
        defer { live.stop() }
        let client = try RawClient(port: live.port)
        client.send("GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        _ = client.read()
        client.send("123456789")
        while client.unacknowledged > 0 { sched_yield() }
        usleep(50_000)
        #expect(live.server.connections == 1)
        client.send("0")
        #expect(waitUntilClosed(live) < .seconds(5))
    }

    /// A connection that has been idle for 300 ms goes on in another task.
    @Test func aConnectionThatRestsIsServedAgainAndRestsNoLongerThanTheIdleTimeout() throws {
        let live = try LiveService { $0.idleTimeout = .seconds(1) }
        defer { live.stop() }
        let client = try RawClient(port: live.port)
        var began = ContinuousClock.now
        for round in 1...3 {
            began = .now
            client.send("GET /\(round) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.read(until: "/\(round) []\n").contains("/\(round) []"))
            if round < 3 { #expect(!client.hasArrived(within: 500)) }
        }
        #expect(client.read().isEmpty)
        let time = ContinuousClock.now - began
        #expect(time > .milliseconds(950) && time < .seconds(5), "\(time)")
        #expect(waitUntilClosed(live) < .seconds(5))
    }

    @Test(arguments: Carrier.allCases, [false, true])
    func whatIsNothingOfARequestProlongsNoRest(carrier: Carrier, asking: Bool) throws {
        let live = try LiveService(over: carrier) {
            ($0.headerTimeout, $0.idleTimeout) = (.milliseconds(1_500), .milliseconds(1_500))
        }
        defer { live.stop() }
        for isNew in [true, false] {
            let client = try live.client()
            if !isNew {
                client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = client.read(until: "/1 []\n")
            }
            let began = ContinuousClock.now
            // Of empty lines one is skipped (RFC 9112 §2.2), so that one comes late.
            var left = carrier == .tls ? 50 : 1
            while left > 0, live.server.connections > 0 {
                _ = client.hasArrived(within: carrier == .tls ? 200 : 1_200)
                client.sendNothing(asking: asking)
                // What the server says of its own.
                if carrier == .tls, asking, client.hasArrived(within: 1_000) { _ = client.take(65_536) }
                left -= 1
            }
            #expect(waitUntilClosed(live) < .seconds(2))
            let time = ContinuousClock.now - began
            #expect(time < .milliseconds(2_400), "\(time), new: \(isNew)")
        }
    }

    /// Over TLS a record is nothing until it is whole: without this one that never ends would be rest for ever.
    @Test(arguments: Carrier.allCases) func whoBeginsAfterARestHasTheTimeOfAHeader(carrier: Carrier) throws {
        let live = try LiveService(over: carrier) {
            ($0.headerTimeout, $0.idleTimeout) = (.milliseconds(300), .seconds(60))
        }
        defer { live.stop() }
        let client = try live.client()
        client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = client.read(until: "/1 []\n")
        #expect(!client.hasArrived(within: 600))
        client.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n", onlyFirst: 20)
        #expect(client.hasArrived(within: 5_000))
        #expect(waitUntilClosed(live) < .seconds(5))
    }

    @Test func drainingEndsConnectionsThatRest() throws {
        let live = try LiveService()
        let client = try RawClient(port: live.port)
        client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = client.read(until: "/1 []\n")
        #expect(!client.hasArrived(within: 600))
        #expect(live.server.drain(.seconds(10)) == 0)
        #expect(client.read().isEmpty)
        live.loop.stop()
    }
}
