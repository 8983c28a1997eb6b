import Dispatch
import Glibc
import Synchronization
import Testing

@testable import Transport

/// What the kernel tells once must be heard: these connections have all their news before the loop looks.
@Suite struct EventLoopTests {
    private let loop: EventLoop
    private let gate = ConnectionGate(limit: 10, limitByAddress: nil)

    init() throws {
        loop = try EventLoop(label: "test")
    }

    /// The far end of a connection whose near end is read on the loop until it ends; `heard` is told of every read,
    /// and gives the loop a turn where it wants one before the next.
    private func open(_ heard: @escaping @Sendable (Result<Int, TransportError>) -> Bool) -> Int32 {
        var ends: [Int32] = [0, 0]
        // No server that another test starts just now may keep an end of it.
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        _ = unsafe socketpair(AF_UNIX, Int32(kind), 0, &ends)
        let (far, near) = (ends[0], ends[1])
        let peer = Address(ipv4: 0x7f00_0001, port: 1)
        _ = gate.enter(peer)
        loop.connections.add(1, ordering: .relaxed)
        loop.spawn { [loop, gate] in
            let connection = Connection(adopting: near, from: peer, on: loop, through: gate)
            do throws(TransportError) {
                while true {
                    let bytes = try await connection.read(until: .after(Patience(.seconds(20))), isIdle: false)
                    if heard(.success(bytes.bytes.count)) { await connection.stepAside() }
                }
            } catch {
                _ = heard(.failure(error))
            }
        }
        return far
    }

    private func send(_ count: Int, to far: Int32) {
        Self.send(count, to: far)
    }

    private static func send(_ count: Int, to far: Int32) {
        let bytes = [UInt8](repeating: 0x61, count: count)
        #expect(unsafe Glibc.send(far, bytes, count, Int32(MSG_NOSIGNAL)) == count)
    }

    @Test func theEndBehindBytesIsHeardToo() throws {
        let ended = DispatchSemaphore(value: 0)
        let counts = Mutex<[Int]>([])
        let far = open { result in
            switch result {
            case .success(let count): counts.withLock { $0.append(count) }
            case .failure(.closed): ended.signal()
            case .failure(let error): Issue.record("\(error)")
            }
            return false
        }
        send(3, to: far)
        close(far)
        loop.start()
        defer { loop.stop() }
        #expect(ended.wait(timeout: .now() + .seconds(10)) == .success)
        #expect(counts.withLock { $0 } == [3])
    }

    @Test func theEndBehindBytesIsHeardTooWhereNobodyWaitedForThem() throws {
        let ended = DispatchSemaphore(value: 0)
        let counts = Mutex<[Int]>([])
        let other = Mutex<Int32>(-1)
        let far = open { result in
            guard case .success(let count) = result else {
                ended.signal()
                return false
            }
            let isFirst = counts.withLock { counts in
                counts.append(count)
                return counts.count == 1
            }
            guard isFirst else { return false }
            // The loop hears of both, at once, while its task is busy.
            let far = other.withLock { $0 }
            Self.send(2, to: far)
            close(far)
            return true
        }
        other.withLock { $0 = far }
        send(1, to: far)
        loop.start()
        defer { loop.stop() }
        #expect(ended.wait(timeout: .now() + .seconds(10)) == .success)
        #expect(counts.withLock { $0 } == [1, 2])
    }

    @Test func whoStepsAsideLetsAllOthersGoFirstWhoAreReady() throws {
        let done = DispatchSemaphore(value: 0)
        let order = Mutex<[String]>([])
        let far = open { result in
            order.withLock { $0.append("other") }
            return false
        }
        defer { close(far) }
        loop.spawn { [loop] in
            for step in 1...3 {
                order.withLock { $0.append("step \(step)") }
                if step == 2 { Self.send(1, to: far) }
                await loop.stepAside()
            }
            done.signal()
        }
        loop.start()
        defer { loop.stop() }
        #expect(done.wait(timeout: .now() + .seconds(10)) == .success)
        #expect(order.withLock { $0 } == ["step 1", "step 2", "other", "step 3"])
    }

    @Test func whoHasMoreThanOneReadTakesIsReadToTheEndAndHoldsUpNobody() throws {
        let all = DispatchSemaphore(value: 0)
        let heard = Mutex<[String]>([])
        let total = 2 * ReceivingRoom.size + 10
        let far = open { result in
            guard case .success(let count) = result else { return false }
            heard.withLock { $0.append("long \(count)") }
            if count == 10 { all.signal() }
            return false
        }
        let other = open { result in
            if case .success = result { heard.withLock { $0.append("short") } }
            return false
        }
        defer {
            close(far)
            close(other)
        }
        send(total, to: far)
        send(1, to: other)
        loop.start()
        defer { loop.stop() }
        #expect(all.wait(timeout: .now() + .seconds(10)) == .success)
        let order = heard.withLock { $0 }
        #expect(order.count(where: { $0 == "long \(ReceivingRoom.size)" }) == 2)
        #expect(order.prefix(2).contains("short"), "\(order)")
    }

    private final class Rester: RestingConnection {
        let failed: @Sendable (TransportError) -> Void

        init(_ failed: @escaping @Sendable (TransportError) -> Void) {
            self.failed = failed
        }

        func goOn(with bytes: consuming [UInt8], gathering output: inout [UInt8]) -> Bool { false }
        func send(_ output: Span<UInt8>) -> Bool { false }
        func finish() async {}
        func fail(_ error: TransportError) { failed(error) }
    }

    @Test func aRestThatTheKernelRefusesIsToldToItsOwner() throws {
        let told = DispatchSemaphore(value: 0)
        let reason = Mutex<String?>(nil)
        loop.spawn { [loop] in
            // Nothing there is to wait for, says the kernel: EPERM.
            let descriptor = unsafe Glibc.open("/dev/null", O_RDONLY)
            defer { close(descriptor) }
            let owner = Rester { error in
                reason.withLock { $0 = "\(error)" }
                told.signal()
            }
            loop.rest(descriptor, until: .after(Patience(.seconds(20))), as: owner)
        }
        loop.start()
        defer { loop.stop() }
        #expect(told.wait(timeout: .now() + .seconds(10)) == .success)
        #expect(reason.withLock { $0 } == "recv, send or epoll_ctl failed: Operation not permitted")
    }
}
