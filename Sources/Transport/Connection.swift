internal import Glibc
internal import Synchronization

/// One accepted TCP connection, owned by one task on one event loop and closed exactly once, when that task lets go of
/// it. Reads and writes suspend the task and never block the loop.
package struct Connection: ~Copyable {
    package let peer: Address
    private let descriptor: Descriptor
    /// Where its task runs, and any other that goes on with it.
    package let loop: EventLoop
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

    /// Waits for bytes and appends them to `buffer`. `isIdle` says that nothing is lost if the server stops meanwhile.
    /// Answers a moment by which they had arrived. Fails with `closed` at the end of the stream.
    @discardableResult
    package func read(
        into buffer: inout ReceivedBytes, until deadline: Deadline, isIdle: Bool
    ) async throws(TransportError) -> Deadline {
        switch await loop.read(from: descriptor.number, until: deadline, isIdle: isIdle) {
        case .bytes(let bytes): buffer.append(ReceivedBytes(taking: bytes))
        case .ended: throw .closed
        case let other: try Self.check(other)
        }
        return loop.turn
    }

    /// Waits idly, in as little memory as it can. Answers what came; nothing when the connection has come to its end,
    /// whatever that was.
    package func rest(until deadline: Deadline) async -> [UInt8] {
        guard case .bytes(let bytes) = await loop.read(from: descriptor.number, until: deadline, isIdle: true) else {
            return []
        }
        return bytes
    }

    /// Hands all of `bytes` to the kernel, in one call where it takes them, and empties the buffer. The pace is asked
    /// for from when the kernel takes no more; with a peer that does not keep it the connection is reset, so that what
    /// the kernel holds for it is let go too.
    package func write(_ bytes: inout [UInt8], at pace: Pace) async throws(TransportError) {
        var sent = 0
        var deadline: Deadline?
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(
                    descriptor.number, $0.baseAddress.map { unsafe $0 + sent }, $0.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
                deadline = deadline.map { pace.extended($0, by: count, at: .now()) }
            } else {
                guard errno == EAGAIN || errno == EINTR else { throw Self.fault(errno) }
                let end = deadline ?? .after(pace.patience)
                deadline = end
                let wakeup = await loop.wait(for: .write, on: descriptor.number, until: end, isIdle: false)
                if case .timedOut = wakeup { descriptor.resetWhenClosed() }
                try Self.check(wakeup)
            }
        }
        bytes.removeAll(keepingCapacity: bytes.capacity <= EventLoop.readSize)
    }

    /// An empty buffer to write into, which all connections of the loop share: none keeps one while it waits.
    package func takeSpare() -> [UInt8] { exchange(&loop.spare, with: []) }

    /// Gives an empty buffer back.
    package func giveSpare(_ buffer: consuming [UInt8]) {
        if buffer.capacity > loop.spare.capacity { loop.spare = buffer }
    }

    /// Says that no more will be written and reads on, up to `limit` bytes, until the peer has closed: closed at
    /// once, the kernel would answer what is still under way with a reset, which destroys the response that the peer
    /// has not read yet (RFC 9112 §9.6).
    package func linger(upTo limit: Int, until deadline: Deadline) async {
        guard shutdown(descriptor.number, Int32(SHUT_WR)) == 0 else { return }
        var left = limit
        while left > 0 {
            var discarded = ReceivedBytes()
            guard (try? await read(into: &discarded, until: deadline, isIdle: false)) != nil else { return }
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
