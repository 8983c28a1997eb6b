import Foundation
import Glibc
import Testing

/// Ten thousand clients that asked once and rest.
@Suite(.serialized) struct IdleConnectionsTests {
    static let count = 10_000
    static let canHold = raiseOwnDescriptorLimit() >= count + 500

    @Test(
        .enabled(if: canHold, "the hard limit of open descriptors (ulimit -Hn) is below 10,500"),
        .disabled(if: Sanitizer.isOn, "a sanitizer takes memory of its own for each"),
        arguments: [["--event-loops", "1"], []])
    func tenThousandIdleConnectionsTakeLittleMemory(arguments: [String]) throws {
        let server = try KeywardProcess(["--store", "memory:"] + arguments)
        let before = (memory: server.residentKiB, descriptors: server.openDescriptors)
        var crowd: [Int32] = []
        defer { for descriptor in crowd { close(descriptor) } }
        for _ in 0..<(Self.count / 1_000) {
            let batch = try (0..<1_000).map { _ in try Self.connect(server.port) }
            crowd += batch
            Self.ask(batch)
            #expect(Self.answers(batch) == batch.count)
            // A connection gives up most of its memory when it has been idle for a moment.
            usleep(450_000)
        }
        let memory = server.residentKiB
        let ticks = server.processorTicks
        sleep(2)
        report(
            "\(Self.count) idle connections \(arguments): \(memory) KiB, \(before.memory) KiB without, "
                + "\((memory - before.memory) * 1_024 / Self.count) bytes each, "
                + "\((server.processorTicks - ticks) * 5) ms of processor time in a second")
        #expect(memory < Self.limitKiB)
        // They are there, each of them.
        Self.ask(crowd)
        #expect(Self.answers(crowd) == crowd.count)
        for descriptor in crowd { close(descriptor) }
        crowd = []
        #expect(eventually { server.openDescriptors <= before.descriptors + 1 }, "\(server.openDescriptors)")
        #expect(try server.terminate() == .exited(0))
    }

    /// 40 MB is the release build's bar, and 22 what it takes. What is built for debugging takes 6 MB more from its
    /// start, and more for each call.
    static let limitKiB = KeywardBinary.given == nil ? 75_000 : 30_000

    private static func connect(_ port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessFault("no socket: \(errno)") }
        // No TIME_WAIT is left over, which would take a port each.
        var choice = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &choice, socklen_t(MemoryLayout<linger>.size))
        var time = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        guard connectToLoopback(descriptor, port) else { throw HarnessFault("cannot connect: \(errno)") }
        return descriptor
    }

    private static func ask(_ descriptors: [Int32]) {
        let request = Array("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        for descriptor in descriptors { _ = unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) }
    }

    /// How many of them got a whole answer, which is small enough to come in one piece.
    private static func answers(_ descriptors: [Int32]) -> Int {
        var room = [UInt8](repeating: 0, count: 4_096)
        return descriptors.count { descriptor in
            let count = unsafe recv(descriptor, &room, room.count, 0)
            return count > 0 && room.starts(with: Array("HTTP/1.1 200 OK\r\n".utf8))
        }
    }
}
