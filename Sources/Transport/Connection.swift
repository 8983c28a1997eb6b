internal import Glibc
internal import Synchronization

/// One accepted TCP connection, owned by one task on one event loop and closed exactly once, when that task lets go of
/// it. Reads and writes suspend the task and never block the loop.
package struct Connection: ~Copyable {
    package let peer: Address
    private let descriptor: Descriptor
    private let loop: EventLoop
    private let gate: ConnectionGate

    /// One that `gate` has let in.
    init(adopting descriptor: Int32, from peer: Address, on loop: EventLoop, through gate: ConnectionGate) {
        self.peer = peer
        self.descriptor = Descriptor(adopting: descriptor)
        self.loop = loop
        self.gate = gate
    }

    deinit {
        loop.forget(descriptor.number)
        loop.connections.subtract(1, ordering: .relaxed)
        gate.leave(peer)
    }

    /// The server stops: this connection's next response should be its last.
    package var isStopping: Bool { loop.isStoppingConnections }

    /// When this turn of the event loop began: a clock that is not asked anew.
    package var now: Deadline { loop.turn }

    /// Waits for bytes, which had all arrived by `now`. `isIdle` says that nothing is lost if the server stops meanwhile.
    /// Fails with `closed` at the end of the stream.
    package func read(until deadline: Deadline, isIdle: Bool) async throws(TransportError) -> ReceivedBytes {
        switch await loop.read(from: descriptor.number, until: deadline, isIdle: isIdle) {
        case .bytes(let bytes): return ReceivedBytes(taking: bytes)
        case .ended: throw .closed
        case let other:
            try Self.check(other)
            return ReceivedBytes()
        }
    }

    /// Waits idly for bytes in another task, in which `owner`, who owns this connection, goes on when they come: a task
    /// keeps the memory of the deepest call that it has made until it ends. The task that calls this is to end.
    package func rest(until deadline: Deadline, then owner: any RestingConnection) {
        loop.rest(descriptor.number, until: deadline, then: owner)
    }

    /// Hands `bytes` to the kernel in one call, from the one at `start` on; answers how many it took, mostly all.
    package func send(_ bytes: [UInt8], from start: Int = 0) throws(TransportError) -> Int {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(
                descriptor.number, $0.baseAddress.map { unsafe $0 + start }, $0.count - start, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 { return count }
        guard errno == EAGAIN || errno == EINTR else { throw Self.fault(errno) }
        return 0
    }

    /// Hands the rest of `bytes` to the kernel as fast as it takes them. The pace is asked for from now on; with a peer
    /// that does not keep it the connection is reset, so that what the kernel holds for it is let go too.
    package func write(_ bytes: [UInt8], from start: Int, at pace: Pace) async throws(TransportError) {
        var deadline = Deadline.after(pace.patience)
        var sent = start
        while sent < bytes.count {
            let wakeup = await loop.wait(for: .write, on: descriptor.number, until: deadline, isIdle: false)
            if case .timedOut = wakeup { descriptor.resetWhenClosed() }
            try Self.check(wakeup)
            let count = try send(bytes, from: sent)
            sent += count
            deadline = pace.extended(deadline, by: count, at: now)
        }
    }

    /// Says that no more will be written and reads on, up to `limit` bytes, until the peer has closed: closed at
    /// once, the kernel would answer what is still under way with a reset, which destroys the response that the peer
    /// has not read yet (RFC 9112 §9.6).
    package func linger(upTo limit: Int, until deadline: Deadline) async {
        guard shutdown(descriptor.number, Int32(SHUT_WR)) == 0 else { return }
        var left = limit
        while left > 0 {
            guard let discarded = try? await read(until: deadline, isIdle: false) else { return }
            left -= discarded.bytes.count
        }
    }

    private static func check(_ wakeup: EventLoop.Wakeup) throws(TransportError) {
        switch wakeup {
        case .ready, .bytes: return
        case .ended: throw .closed
        case .timedOut: throw .timedOut
        case .stopping: throw .stopping
        case .failed(let number): throw fault(number)
        }
    }

    private static func fault(_ number: Int32) -> TransportError {
        switch number {
        case ECONNRESET, EPIPE, ETIMEDOUT, ENOTCONN, EHOSTUNREACH, ENETUNREACH: .closed
        default: .system(call: "recv or send", errno: number)
        }
    }
}
