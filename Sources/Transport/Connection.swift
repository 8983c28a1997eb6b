internal import Glibc
internal import Synchronization

/// One accepted TCP connection on one event loop, closed exactly once, when its owner lets go of it. What waits
/// suspends a task, what does not wait needs none, and nothing here blocks the loop.
package struct Connection: ~Copyable {
    package let peer: Address
    private let descriptor: Descriptor
    private let loop: EventLoop
    private let gate: ConnectionGate
    /// Between the plaintext and the socket, where TLS is spoken.
    private var session: TLSSession?
    /// Who is at the other end of TLS; nothing where it is not spoken.
    package var tls: TLSPeer? { session?.peer }

    /// One that `gate` has let in.
    init(adopting descriptor: Int32, from peer: Address, on loop: EventLoop, through gate: ConnectionGate) {
        self.peer = peer
        self.descriptor = Descriptor(adopting: descriptor)
        self.loop = loop
        self.gate = gate
    }

    deinit {
        farewell()
        loop.forget(descriptor.number)
        loop.connections.subtract(1, ordering: .relaxed)
        gate.leave(peer)
    }

    /// The server stops: this connection's next response should be its last.
    package var isStopping: Bool { loop.isStoppingConnections }

    /// When this turn of the event loop had read from every connection that was ready: a clock that is not asked anew.
    package var now: Deadline { loop.turn }

    /// Waits for bytes, which had all arrived by `now`. `isIdle` says that nothing is lost if the server stops
    /// meanwhile. Fails with `closed` at the end of the stream.
    package func read(until deadline: Deadline, isIdle: Bool) async throws(TransportError) -> ReceivedBytes {
        if let session { return try await read(through: session, until: deadline, isIdle: isIdle) }
        return ReceivedBytes(taking: try await receive(until: deadline, isIdle: isIdle))
    }

    /// Waits idly for bytes, without a task, for `owner`, who owns this connection and does nothing else with it
    /// meanwhile.
    package func rest(until deadline: Deadline, as owner: any RestingConnection) {
        loop.rest(descriptor.number, until: deadline, as: owner)
    }

    /// What bytes that came in a rest are to the owner: over TLS, the plaintext in them. None may be, and where they
    /// break a rule the next `read` says so.
    package func understand(_ bytes: consuming [UInt8]) -> ReceivedBytes {
        guard let session else { return ReceivedBytes(taking: bytes) }
        session.feed(bytes)
        var plaintext = ReceivedBytes()
        _ = try? session.open(into: &plaintext)
        return plaintext
    }

    /// Lets all other connections of the loop go first that are ready.
    package func stepAside() async { await loop.stepAside() }

    /// A record of TLS has come in part.
    package var isWithinRecord: Bool { session?.isWithinRecord ?? false }

    /// TLS has something to say of its own, or the end of the stream to tell: `read` sees to it.
    package var wantsReading: Bool { session?.wantsReading ?? false }

    /// Hands `bytes` to the kernel in one call and answers how many it took, mostly all. `write` takes the rest, and
    /// what is owed.
    package func send(_ bytes: Span<UInt8>) throws(TransportError) -> Int {
        guard let session else { return try sendOnce(bytes) }
        return try send(bytes, through: session)
    }

    /// TLS has sealed bytes that the kernel has not taken.
    package var owesBytes: Bool { session?.hasOutput ?? false }

    /// Hands `bytes`, from the one at `start` on, to the kernel as fast as it takes them. The pace is asked for once it
    /// takes no more; with a peer that does not keep it the connection is reset, so that what the kernel holds for it
    /// is let go too.
    package func write(_ bytes: [UInt8], from start: Int, at pace: Pace) async throws(TransportError) {
        var deadline: Deadline?
        if let session {
            try await write(bytes, from: start, through: session, at: pace, &deadline)
        } else {
            try await transmit(bytes, from: start, at: pace, &deadline)
        }
    }

    /// Says that no more will be written and reads on, up to `limit` bytes, until the peer has closed: closed at
    /// once, the kernel would answer what is still under way with a reset, which destroys the response that the peer
    /// has not read yet (RFC 9112 §9.6).
    package func linger(upTo limit: Int, until deadline: Deadline) async {
        farewell()
        guard shutdown(descriptor.number, Int32(SHUT_WR)) == 0 else { return }
        var left = limit
        while left > 0 {
            guard let bytes = try? await receive(until: deadline, isIdle: false) else { return }
            left -= bytes.count
            // It may have been one more request, with credentials.
            _ = ReceivedBytes(taking: bytes)
        }
    }

    // MARK: the bytes of the socket

    /// Waits for bytes as they are on the wire.
    func receive(until deadline: Deadline, isIdle: Bool) async throws(TransportError) -> [UInt8] {
        let wakeup = await loop.read(from: descriptor.number, until: deadline, isIdle: isIdle)
        if case .bytes(let bytes) = wakeup { return bytes }
        try Self.check(wakeup)
        return []
    }

    /// Sends bytes as they are on the wire.
    /// - Parameter deadline: that of all the bytes that belong together; set when the kernel first takes no more.
    func transmit(
        _ bytes: [UInt8], from start: Int = 0, at pace: Pace, _ deadline: inout Deadline?
    ) async throws(TransportError) {
        var sent = start
        while sent < bytes.count {
            let count = try sendOnce(bytes.span.extracting(sent...))
            sent += count
            deadline = deadline.map { pace.extended($0, by: count, at: now) }
            guard sent < bytes.count else { return }
            let end = deadline ?? .after(pace.patience)
            deadline = end
            let wakeup = await loop.wait(for: .write, on: descriptor.number, until: end, isIdle: false)
            if case .timedOut = wakeup { descriptor.resetWhenClosed() }
            try Self.check(wakeup)
        }
    }

    /// Nothing is taken where the kernel has no room.
    func sendOnce(_ bytes: Span<UInt8>) throws(TransportError) -> Int {
        let count = unsafe bytes.withUnsafeBufferPointer {
            unsafe Glibc.send(descriptor.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 { return count }
        guard errno == EAGAIN || errno == EINTR else { throw .ofConnection(errno: errno) }
        return 0
    }

    // MARK: TLS

    /// The handshake is done: from now on the plaintext goes through `session`.
    mutating func adopt(_ session: TLSSession) {
        self.session = session
    }

    /// Says once that no more will be written, if the peer speaks TLS: close_notify, or the alert that is due. Where
    /// the kernel takes no more, the peer learns it by the end of the stream.
    private func farewell() {
        guard let session else { return }
        session.close()
        let output = session.takeOutput()
        if !output.isEmpty { _ = try? sendOnce(output.span) }
    }

    private static func check(_ wakeup: EventLoop.Wakeup) throws(TransportError) {
        switch wakeup {
        case .ready, .bytes: return
        case .ended: throw .closed
        case .timedOut: throw .timedOut
        case .stopping: throw .stopping
        case .failed(let number): throw .ofConnection(errno: number)
        }
    }
}
