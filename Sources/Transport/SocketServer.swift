internal import Glibc
internal import Synchronization

/// Listens, accepts, and hands each connection to the event loop that has the fewest. One loop accepts for all:
/// a handover costs one wake-up a connection, and the load is spread evenly, which `SO_REUSEPORT` leaves to a hash.
package final class SocketServer: Sendable {
    /// How a connection begins, in a task on its loop. It closes when its last owner lets go of it.
    package typealias Service = @Sendable (consuming Connection) async -> Void

    /// How long no connection is accepted after the system had no descriptor or no memory for one.
    static let exhaustionPause = Duration.milliseconds(100)
    /// Connections that are accepted in one turn of the loop.
    static let handful = 64

    private let loops: [EventLoop]
    private let gate: ConnectionGate
    private let refused: @Sendable (ConnectionRefusal) -> Void

    /// - Parameter refused: hears of every connection that is not taken, and of every attempt for which the system has
    ///   no descriptor or memory, on the loop that accepts.
    package init(
        loops: [EventLoop], connections: Int, connectionsFromOneAddress: Int?,
        refused: @escaping @Sendable (ConnectionRefusal) -> Void
    ) {
        self.loops = loops
        self.gate = ConnectionGate(limit: connections, limitByAddress: connectionsFromOneAddress)
        self.refused = refused
    }

    /// Open connections.
    package var connections: Int { gate.count }

    /// Binds and listens at once, accepts from now on. Answers the address that it listens on. With `onlyLoopback` one
    /// that others can reach is refused.
    package func listen(
        host: String, port: UInt16, onlyLoopback: Bool = false, _ service: @escaping Service
    ) throws(TransportError) -> Address {
        let listener = try Listener(host: host, port: port, onlyLoopback: onlyLoopback)
        let address = listener.address
        let handover = Mutex<Listener?>(listener)
        guard let loop = loops.first else { return address }
        loop.spawn { [self] in
            guard let listener = handover.withLock({ $0.take() }) else { return }
            await accept(from: listener, on: loop, service)
        }
        return address
    }

    /// Stops accepting and ends idle connections, then blocks the calling thread until the others have ended or
    /// `timeout` is over. Answers how many are left.
    package func drain(_ timeout: Duration) -> Int {
        for loop in loops { loop.drain() }
        return gate.waitUntilEmpty(timeout)
    }

    private func accept(from listener: borrowing Listener, on loop: EventLoop, _ service: @escaping Service) async {
        var fault: Int32?
        while true {
            switch await loop.wait(for: .accept, on: listener.descriptor.number, until: .never, isIdle: true) {
            case .stopping:
                // Whoever was waiting to be accepted may have sent a request already.
                _ = welcome(from: listener, service)
                return loop.forget(listener.descriptor.number)
            case .failed(let number): fault = number
            default: fault = welcome(from: listener, service)
            }
            if let fault {
                refused(.exhausted(.system(call: "accept4", errno: fault)))
                try? await Task.sleep(for: Self.exhaustionPause)
            }
        }
    }

    /// Accepts who waits, but no more than a handful: the loop has connections of its own to serve. Answers the error
    /// number that says that the system cannot take one more.
    private func welcome(from listener: borrowing Listener, _ service: @escaping Service) -> Int32? {
        for _ in 0..<Self.handful {
            switch listener.accept() {
            case .none: return nil
            case .gone: continue
            case .exhausted(let number): return number
            case .connection(let descriptor, let peer):
                place(descriptor, from: peer, service)
            }
        }
        return nil
    }

    private func place(_ descriptor: Int32, from peer: Address, _ service: @escaping Service) {
        let load = { (loop: EventLoop) in loop.connections.load(ordering: .relaxed) }
        guard let loop = loops.min(by: { load($0) < load($1) }) else { return _ = close(descriptor) }
        if let refusal = gate.enter(peer) {
            _ = close(descriptor)
            return refused(refusal)
        }
        loop.connections.add(1, ordering: .relaxed)
        loop.spawn { [gate] in
            await service(Connection(adopting: descriptor, from: peer, on: loop, through: gate))
        }
    }
}
