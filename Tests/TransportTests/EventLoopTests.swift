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

    /// The far end of a connection whose near end is read on the loop until it ends; `heard` is told of every read.
    private func open(_ heard: @escaping @Sendable (Result<Int, TransportError>) -> Void) -> Int32 {
        var ends: [Int32] = [0, 0]
        _ = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends)
        let (far, near) = (ends[0], ends[1])
        let peer = Address(ipv4: 0x7f00_0001, port: 1)
        _ = gate.enter(peer)
        loop.connections.add(1, ordering: .relaxed)
        loop.spawn { [loop, gate] in
            let connection = Connection(adopting: near, from: peer, on: loop, through: gate)
            do throws(TransportError) {
                while true {
                    let bytes = try await connection.read(until: .after(Patience(.seconds(20))), isIdle: false)
                    heard(.success(bytes.bytes.count))
                }
            } catch {
                heard(.failure(error))
            }
        }
        return far
    }

    private func send(_ count: Int, to far: Int32) {
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
        }
        send(3, to: far)
        close(far)
        loop.start()
        defer { loop.stop() }
        #expect(ended.wait(timeout: .now() + .seconds(10)) == .success)
        #expect(counts.withLock { $0 } == [3])
    }

    @Test func whoHasMoreThanOneReadTakesIsReadToTheEndAndHoldsUpNobody() throws {
        let all = DispatchSemaphore(value: 0)
        let heard = Mutex<[String]>([])
        let total = 2 * ReceivingRoom.size + 10
        let far = open { result in
            guard case .success(let count) = result else { return }
            heard.withLock { $0.append("long \(count)") }
            if count == 10 { all.signal() }
        }
        let other = open { result in
            if case .success = result { heard.withLock { $0.append("short") } }
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
