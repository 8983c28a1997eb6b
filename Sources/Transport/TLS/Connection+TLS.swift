extension Connection {
    /// What is still read of a client whose handshake failed, and for how long, so that it can read the reason.
    private static let refusalBytes = 65_536
    private static let refusalPatience = Patience(.seconds(1))
    /// For the handful of bytes that TLS itself has to say: all of them within a second.
    private static let ownPace = Pace(.seconds(1), bytesPerSecond: .max)

    /// Speaks TLS from now on, or fails; then the connection is good for nothing but its end. The handshake waits on
    /// the loop, as any read does.
    ///
    /// - Parameters:
    ///   - plainAnswer: what to tell a client that speaks in plain text.
    ///   - context: asked for when the client has said something, so that a silent one costs no memory for TLS.
    package mutating func secure(
        until deadline: Deadline, plainAnswer: () -> [UInt8], _ context: () -> TLSContext
    ) async throws(HandshakeFault) {
        var arrived = try await receiveHandshake(until: deadline)
        if Self.isText(arrived) {
            // Credentials, as a rule.
            _ = ReceivedBytes(taking: arrived)
            var end: Deadline?
            try? await transmit(plainAnswer(), at: Self.ownPace, &end)
            await linger(upTo: Self.refusalBytes, until: .after(Self.refusalPatience))
            throw HandshakeFault(.plaintext, "the client speaks in plain text")
        }
        let session = try TLSSession(context())
        while true {
            session.feed(arrived)
            let isDone = try await goOn(session)
            if isDone {
                adopt(session)
                return
            }
            arrived = try await receiveHandshake(until: deadline)
        }
    }

    /// One step of the handshake, and what is to be said after it.
    private func goOn(_ session: TLSSession) async throws(HandshakeFault) -> Bool {
        var isDone = false
        var fault: HandshakeFault?
        do throws(HandshakeFault) {
            isDone = try session.handshake()
        } catch {
            fault = error
        }
        do throws(TransportError) {
            try await send(from: session, at: Self.ownPace)
        } catch {
            throw fault ?? HandshakeFault(error)
        }
        if let fault {
            await linger(upTo: Self.refusalBytes, until: .after(Self.refusalPatience))
            throw fault
        }
        return isDone
    }

    private func receiveHandshake(until deadline: Deadline) async throws(HandshakeFault) -> [UInt8] {
        do throws(TransportError) {
            // Nothing is lost if the server stops meanwhile.
            return try await receive(until: deadline, isIdle: true)
        } catch {
            throw HandshakeFault(error)
        }
    }

    /// A record of TLS begins with a number below 32, a request in plain HTTP with a letter.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return false }
        return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first & 0xdf)
    }
}

// MARK: - What `read` and `write` do through a session

extension Connection {
    /// Plaintext that is sealed at once, so that a slow reader of a long response costs no second copy of it.
    private static let pieceSize = 65_536

    func read(
        through session: TLSSession, until deadline: Deadline, isIdle: Bool
    ) async throws(TransportError) -> ReceivedBytes {
        var bytes = ReceivedBytes()
        while true {
            var isAny = false
            var fault: TransportError?
            do throws(TransportError) {
                isAny = try session.open(into: &bytes)
            } catch {
                fault = error
            }
            // What TLS itself has to say: an answer to a key update, an alert.
            try await send(from: session, at: Self.ownPace)
            if isAny { return bytes }
            if let fault { throw fault }
            // An end without close_notify is one too: what a request lacks then, it lacks.
            if session.isEnded || session.isClosed { throw .closed }
            session.feed(try await receive(until: deadline, isIdle: isIdle && !session.isWithinRecord))
        }
    }

    func write(
        _ bytes: [UInt8], from start: Int, through session: TLSSession, at pace: Pace, _ deadline: inout Deadline?
    ) async throws(TransportError) {
        var start = start
        repeat {
            let end = min(bytes.count, start + Self.pieceSize)
            if end > start { try session.seal(bytes.span.extracting(start..<end)) }
            try await send(from: session, at: pace, &deadline)
            start = end
        } while start < bytes.count
    }

    /// Seals what is one piece, and hands it to the kernel; none of what is more.
    func send(_ bytes: Span<UInt8>, through session: TLSSession) throws(TransportError) -> Int {
        guard bytes.count <= Self.pieceSize else { return 0 }
        try session.seal(bytes)
        let sealed = session.takeOutput()
        do throws(TransportError) {
            let sent = try sendOnce(sealed.span)
            if sent < sealed.count { session.putBack(sealed.span.extracting(sent...)) }
        } catch {
            session.abandon()
            throw error
        }
        return bytes.count
    }

    private func send(from session: TLSSession, at pace: Pace) async throws(TransportError) {
        var deadline: Deadline?
        try await send(from: session, at: pace, &deadline)
    }

    private func send(
        from session: TLSSession, at pace: Pace, _ deadline: inout Deadline?
    ) async throws(TransportError) {
        let output = session.takeOutput()
        guard !output.isEmpty else { return }
        do throws(TransportError) {
            try await transmit(output, at: pace, &deadline)
        } catch {
            session.abandon()
            throw error
        }
    }
}
