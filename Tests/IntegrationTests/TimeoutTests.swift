import Foundation
import Glibc
import Testing

/// The slow, and the end.
@Suite struct TimeoutTests {
    @Test func aHeaderThatDribblesInIs408() throws {
        let server = try KeywardProcess(["--store", "memory:", "--header-timeout", "400ms"])
        let start = ContinuousClock.now
        let wire = try Wire(port: server.port)
        try wire.send("GET /livez HTTP/1.1\r\nHost: h\r\nX: ")
        // A byte now and then does not prolong it.
        while try !wire.hasArrived(within: .milliseconds(50)), ContinuousClock.now - start < .seconds(10) {
            try wire.send("a")
        }
        let answer = try Answer(from: wire)
        #expect(answer.status == 408)
        let time = ContinuousClock.now - start
        #expect(time >= .milliseconds(350) && time < .seconds(5), "\(time)")
        _ = try wire.receiveToEnd()
    }

    @Test func contentThatDoesNotComeIs408() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:", "--body-timeout", "300ms"])
        let wire = try Wire(port: site.server.port)
        try wire.send(
            RawRequest.put("p") + "Content-Length: 100\r\n\r\n{")
        #expect(try Answer(from: wire).status == 408)
        _ = try wire.receiveToEnd()
        #expect(try site.http.get("/fhir/Patient/p", Site.basic).status == 404)
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() throws {
        let server = try KeywardProcess(["--store", "memory:", "--idle-timeout", "300ms"])
        let wire = try Wire(port: server.port)
        try wire.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try Answer(from: wire).status == 200)
        #expect(try wire.receiveToEnd() == "")
    }

    @Test func aNewConnectionThatSendsNothingIsClosedAfterTheTimeOfAHeader() throws {
        let server = try KeywardProcess(["--store", "memory:", "--header-timeout", "300ms"])
        let silent = try Wire(port: server.port)
        #expect(try silent.receiveToEnd() == "")
    }

    @Test func slowConnectionsHoldUpNobody() throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        let slow = try (0..<200).map { _ in
            let wire = try Wire(port: site.server.port)
            try wire.send("GET /livez HTTP/1.1\r\nHos")
            return wire
        }
        let start = ContinuousClock.now
        #expect(try site.status() == 200)
        #expect(ContinuousClock.now - start < .seconds(3))
        #expect(slow.count == 200)
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aRequestInFlightIsFinishedBeforeTheEnd(signal: Int32) throws {
        let site = try Site.withClient()
        let wire = try Wire(port: site.server.port)
        let body = RawRequest.body("late")
        try wire.send(
            RawRequest.put("late") + "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
        // It is in flight once it asks for its content.
        #expect(try Answer(from: wire).status == 100)
        let idle = try Wire(port: site.server.port)
        try idle.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try Answer(from: idle).status == 200)

        site.server.signal(signal)
        #expect(try idle.receiveToEnd() == "", "an idle connection is closed at once")
        #expect(eventually { (try? Wire(port: site.server.port)) == nil }, "no new connections")
        #expect(site.server.isRunning)
        try wire.send(body)
        let answer = try Answer(from: wire)
        #expect(answer.status == 201)
        #expect(answer["Connection"]?.lowercased() == "close")
        #expect(try site.server.wait() == .exited(0))
        try site.start()
        #expect(try site.http.get("/fhir/Patient/late", Site.basic).status == 200)
    }

    @Test func aRequestThatNeverEndsIsGivenUp() throws {
        let site = try Site.withClient(arguments: ["--drain-timeout", "500ms"])
        let wire = try Wire(port: site.server.port)
        try wire.send(
            RawRequest.put("p") + "Expect: 100-continue\r\nContent-Length: 100\r\n\r\n")
        #expect(try Answer(from: wire).status == 100)
        let start = ContinuousClock.now
        #expect(try site.server.terminate() == .exited(0))
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func idleConnectionsDoNotHoldUpTheDrain() throws {
        let site = try Site.withClient()
        let wires = try (0..<50).map { index in
            let wire = try Wire(port: site.server.port)
            if index % 2 == 0 {
                try wire.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try Answer(from: wire).status == 200)
            }
            return wire
        }
        let start = ContinuousClock.now
        #expect(try site.server.terminate() == .exited(0))
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(wires.count == 50)
    }

    @Test func aClientThatGoesAwayDoesNotEndTheServer() throws {
        let site = try Site.withClient()
        for round in 0..<50 {
            let wire = try Wire(port: site.server.port)
            try wire.send(
                String(repeating: "GET /fhir/metadata HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 1 + round % 20))
        }
        #expect(try site.status() == 200)
        #expect(site.server.isRunning)
    }
}
