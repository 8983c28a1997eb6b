internal import Transport

/// One connection's conversation, from top to bottom: a request, its response, the next request (RFC 9112 §9).
/// Responses to pipelined requests are gathered and written at once, in their order, before more bytes are waited for.
final class HTTPConnection: ContentSource {
    /// Gathered bytes beyond which they are written before the next response joins them.
    private static let gatherLimit = 65_536
    /// How long a connection is idle before it rests.
    private static let restPatience = Patience(.milliseconds(300))

    private let service: HTTPService
    private let connection: Connection
    private var decoder: RequestDecoder
    private var output: [UInt8] = []
    /// The request whose content has not been taken.
    private var pending: RequestHead?
    /// By when all bytes in the decoder had arrived.
    private var arrival: Deadline
    /// Requests that this connection may still serve.
    private var left: Int
    /// Until when it may rest, once it does.
    private var restEnd: Deadline?

    /// Not inlined: what it needs would be held by the task for as long as the connection lives.
    @inline(never)
    init(_ connection: consuming Connection, _ service: HTTPService) {
        self.arrival = connection.now
        self.connection = connection
        self.service = service
        self.decoder = RequestDecoder(limits: service.limits, scheme: service.scheme)
        self.left = service.limits.requestsOnOneConnection
    }

    /// Serves until the connection ends, or has been idle for a while. Then it answers true, and is to `rest` in another
    /// task: one keeps the memory of the deepest call that it has made until it ends. Not inlined either, so that a
    /// resting task has room for all it needs in its first kilobyte, the least that it takes.
    @inline(never)
    func run() async -> Bool {
        restEnd = nil
        do throws(TransportError) {
            while let head = try await nextHead() {
                let response = await service.responder.respond(
                    to: Request(head, from: connection.peer, arrived: arrival, content: self))
                // Content that nobody wanted would be taken for the next request: skip it if it is here, else close.
                let isSettled = settleContent()
                left -= 1
                let closes = !head.keepsAlive || !isSettled || left <= 0
                guard try await send(response, to: head, closes: closes) else { return false }
            }
            return restEnd != nil
        } catch .system(let call, let number) {
            service.responder.note(.system(call: call, errno: number))
        } catch {
            // The peer has gone, was too slow, or the server stops: there is nobody left to tell.
        }
        return false
    }

    /// Waits for the next request and for nothing else; answers whether it began to come.
    func rest() async -> Bool {
        let bytes = await connection.rest(until: restEnd ?? .never)
        arrival = connection.now
        decoder.buffer.append(ReceivedBytes(taking: bytes))
        return decoder.hasBytes
    }

    /// The next request's header; nothing when the connection has come to its end, or is to rest.
    private func nextHead() async throws(TransportError) -> RequestHead? {
        // Who has asked for something may rest; who has just come has come to ask.
        let mayRest = !decoder.hasBytes && left < service.limits.requestsOnOneConnection
        let end = connection.now.advanced(by: mayRest ? service.idlePatience : service.headerPatience)
        var deadline = mayRest ? min(end, connection.now.advanced(by: Self.restPatience)) : end
        while true {
            switch decodeHead() {
            case .success(let head?): return head
            case .success(nil): break
            case .failure(let error):
                try await refuse(error)
                return nil
            }
            try await flush()
            let isIdle = !decoder.hasBytes
            do throws(TransportError) {
                arrival = try await connection.read(into: &decoder.buffer, until: deadline, isIdle: isIdle)
            } catch .timedOut where !isIdle {
                try await refuse(.timedOut(waitingFor: "header"))
                return nil
            } catch .timedOut where mayRest && deadline < end {
                restEnd = end
                return nil
            }
            if isIdle { deadline = arrival.advanced(by: service.headerPatience) }
        }
    }

    private func decodeHead() -> Result<RequestHead?, HTTPError> {
        do throws(HTTPError) {
            let head = try decoder.head()
            pending = head?.framing == RequestHead.Framing.none ? nil : head
            return .success(head)
        } catch {
            return .failure(error)
        }
    }

    func content() async throws(HTTPError) -> ReceivedBytes {
        guard let head = pending else { return ReceivedBytes() }
        var deadline = Deadline.after(service.bodyPace.patience)
        var counted: Int?
        var owesContinue = head.expectsContinue
        while true {
            if let content = try decoder.content() {
                pending = nil
                return content
            }
            let count = decoder.contentCount
            if let counted { deadline = service.bodyPace.extended(deadline, by: count - counted, at: arrival) }
            counted = count
            do throws(TransportError) {
                if owesContinue, !decoder.hasBytes { output.append("HTTP/1.1 100 Continue\r\n\r\n") }
                owesContinue = false
                try await flush()
                // The next request's header may be in these bytes too.
                arrival = try await connection.read(into: &decoder.buffer, until: deadline, isIdle: false)
            } catch .timedOut {
                throw .timedOut(waitingFor: "content")
            } catch {
                throw .disconnected
            }
        }
    }

    private func settleContent() -> Bool {
        guard pending != nil else { return true }
        do throws(HTTPError) {
            guard try decoder.content() != nil else { return false }
            pending = nil
            return true
        } catch {
            return false
        }
    }

    /// Gathers the response, and answers whether the connection goes on after it.
    private func send(_ response: Response, to head: RequestHead, closes: Bool) async throws(TransportError) -> Bool {
        let closes = closes || connection.isStopping
        if output.capacity == 0 { output = connection.takeSpare() }
        response.write(
            to: &output,
            .init(
                omitsContent: head.method == .head, closes: closes, saysKeepAlive: head.isHTTP10,
                date: service.date.bytes))
        guard closes else {
            if output.count > Self.gatherLimit { try await flush() }
            return true
        }
        try await end()
        return false
    }

    private func refuse(_ error: HTTPError) async throws(TransportError) {
        service.responder.refuse(error).write(
            to: &output,
            .init(omitsContent: decoder.isAtHead, closes: true, saysKeepAlive: false, date: service.date.bytes))
        try await end()
    }

    private func flush() async throws(TransportError) {
        guard !output.isEmpty else { return }
        try await connection.write(&output, at: service.writePace)
        connection.giveSpare(exchange(&output, with: []))
    }

    private func end() async throws(TransportError) {
        try await flush()
        await connection.linger(upTo: service.limits.linger, until: .after(service.lingerPatience))
    }
}
