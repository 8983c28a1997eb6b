internal import Transport

/// One connection's conversation: a request, its response, the next request (RFC 9112 §9). Responses to pipelined
/// requests are gathered and written at once, in their order, before more bytes are waited for.
///
/// What can be answered at once is, where its bytes come in. What has to wait, for content, a disk or a slow reader,
/// goes on in a task, step by step, until the connection rests again; at rest it has none.
final class HTTPConnection: ContentSource, RestingConnection {
    /// What comes next.
    private enum Step {
        /// Nothing of a next request has come.
        case rest
        /// A header has come in part.
        case read
        /// Enough has been gathered.
        case write
        /// A request that is not answered at once.
        case respond(RequestHead)
        /// Large content is packed before its response can be written.
        case pack(Response, RequestHead)
        /// The last response has been gathered.
        case end
    }

    /// Where `goOn` or `send` left off. A class, so that a connection at rest has room for one reference to it.
    private final class Unfinished {
        let step: Step
        /// Responses that have been gathered, and how much of them has been sent.
        let output: [UInt8]
        let sent: Int

        init(_ step: Step, _ output: Span<UInt8>, sent: Int = 0) {
            self.step = step
            // With room for nothing it would write to the storage that all empty arrays of all threads share.
            self.output = output.isEmpty ? [] : [UInt8](capacity: output.count) { $0.append(copying: output) }
            self.sent = sent
        }
    }

    /// Content of responses, and gathered bytes, beyond which they are written before the next response joins them.
    private static let gatherLimit = 65_536

    private let service: HTTPService
    private let connection: Connection
    private var decoder: RequestDecoder
    private var unfinished: Unfinished?
    /// The request whose content has not been taken.
    private var pending: RequestHead?
    /// By when all bytes in the decoder had arrived.
    private var arrival: Deadline
    /// Requests that this connection may still serve.
    private var left: Int
    /// By when the next request must have begun to come; nothing until the connection rests after the one before.
    private var restEnd: Deadline?

    init(_ connection: consuming Connection, _ service: HTTPService) {
        self.arrival = connection.now
        self.connection = connection
        self.service = service
        self.decoder = RequestDecoder(limits: service.messageLimits, scheme: service.scheme)
        self.left = service.limits.requestsOnOneConnection
    }

    /// Serves until the connection rests or ends.
    func begin() async {
        // With the end of a handshake a request may have come.
        var output: [UInt8] = []
        if goOn(with: [], gathering: &output) || send(output.span) { await finish() }
    }

    func goOn(with bytes: consuming [UInt8], gathering output: inout [UInt8]) -> Bool {
        arrival = connection.now
        decoder.buffer.append(connection.understand(bytes))
        let start = output.count
        let step = answer(&decoder, &output)
        if case .rest = step { return false }
        unfinished = Unfinished(step, output.span.extracting(start...))
        output.removeSubrange(start...)
        return true
    }

    func send(_ output: Span<UInt8>) -> Bool {
        do throws(TransportError) {
            let sent = output.isEmpty ? 0 : try connection.send(output)
            guard sent == output.count, !connection.owesBytes, !connection.wantsReading else {
                unfinished = Unfinished(.rest, output, sent: sent)
                return true
            }
            rest()
        } catch {
            note(error)
        }
        return false
    }

    func fail(_ error: TransportError) {
        note(error)
    }

    func finish() async {
        guard let unfinished = unfinished.take() else { return }
        var (step, output) = (unfinished.step, unfinished.output)
        do throws(TransportError) {
            if unfinished.sent > 0 { try await flush(&output, from: unfinished.sent) }
            while true {
                switch step {
                case .rest:
                    try await flush(&output)
                    guard connection.wantsReading else { return rest() }
                    step = try await read(&output)
                case .read:
                    try await flush(&output)
                    step = try await read(&output)
                case .write:
                    try await flush(&output)
                    await connection.stepAside()
                    step = answer(&decoder, &output)
                case .respond(let head):
                    if head.framing != .none {
                        pending = head
                        // Whoever waits for its content must not wait for responses that are ready.
                        try await flush(&output)
                    }
                    let response = await service.responder.respond(to: request(head))
                    step = gather(response, to: head, &decoder, &output) ?? answer(&decoder, &output)
                case .pack(var response, let head):
                    // What is ready does not wait for what takes long.
                    try await flush(&output)
                    await response.pack(for: head, by: service.desk)
                    step = gatherCoded(response, to: head, &decoder, &output) ?? answer(&decoder, &output)
                case .end:
                    try await flush(&output)
                    return await connection.linger(upTo: service.limits.linger, until: .after(service.lingerPatience))
                }
            }
        } catch {
            note(error)
        }
    }

    private func rest() {
        connection.rest(until: endOfRest(), as: self)
    }

    /// The same moment however often the rest is broken by bytes that are nothing of a request: empty lines, records of
    /// TLS without content. Who has just come has come to ask.
    private func endOfRest() -> Deadline {
        let isNew = left == service.limits.requestsOnOneConnection
        let patience = isNew ? service.headerPatience : service.idlePatience
        let end = restEnd ?? connection.now.advanced(by: patience)
        restEnd = end
        return end
    }

    /// Gathers the responses to all that has come, as far as nothing has to be waited for.
    private func answer(_ decoder: inout RequestDecoder, _ output: inout [UInt8]) -> Step {
        var gathered = 0
        do throws(HTTPError) {
            while let head = try decoder.head() {
                guard head.framing == .none, let response = service.responder.respondAtOnce(to: request(head)) else {
                    return .respond(head)
                }
                // As it is before it is packed: that takes time too.
                gathered += response.content.count
                if let step = gather(response, to: head, &decoder, &output) { return step }
                if max(gathered, output.count) > Self.gatherLimit { return .write }
            }
            return decoder.hasBytes ? .read : .rest
        } catch {
            // The last response on the connection, to what is no request.
            return refuse(error, asHead: decoder.isAtHead, &output)
        }
    }

    private func request(_ head: RequestHead) -> Request {
        Request(head, from: connection.peer, arrived: arrival, tls: connection.tls, content: self)
    }

    /// Gathers one response, unless something else comes first or follows.
    private func gather(
        _ response: consuming Response, to head: RequestHead, _ decoder: inout RequestDecoder, _ output: inout [UInt8]
    ) -> Step? {
        if response.content.count >= service.desk.minimum || head.accepts == .onlyGzip {
            guard response.code(for: head, by: service.desk) else { return .pack(response, head) }
        }
        return gatherCoded(response, to: head, &decoder, &output)
    }

    private func gatherCoded(
        _ response: Response, to head: RequestHead, _ decoder: inout RequestDecoder, _ output: inout [UInt8]
    ) -> Step? {
        left -= 1
        restEnd = nil
        let closes = !head.keepsAlive || !settleContent(of: head, in: &decoder) || left <= 0 || connection.isStopping
        response.write(
            to: &output,
            .init(
                omitsContent: head.method == .head, closes: closes, saysKeepAlive: head.isHTTP10,
                date: service.date.bytes))
        return closes ? .end : nil
    }

    private func refuse(_ error: HTTPError, asHead: Bool, _ output: inout [UInt8]) -> Step {
        service.responder.refuse(error).write(
            to: &output,
            .init(omitsContent: asHead, closes: true, saysKeepAlive: false, date: service.date.bytes))
        return .end
    }

    /// Waits until a header has come whole, of which at most a part is there.
    private func read(_ output: inout [UInt8]) async throws(TransportError) -> Step {
        var end: Deadline?
        while true {
            if decoder.hasBytes || connection.isWithinRecord {
                end = end ?? connection.now.advanced(by: service.headerPatience)
            }
            do throws(TransportError) {
                let bytes = try await connection.read(until: end ?? endOfRest(), isIdle: !decoder.hasBytes)
                decoder.buffer.append(bytes)
                arrival = connection.now
            } catch .timedOut where decoder.hasBytes {
                return refuse(.timedOut(waitingFor: "header"), asHead: decoder.isAtHead, &output)
            }
            let step = answer(&decoder, &output)
            switch step {
            case .read where output.isEmpty: continue
            case .rest where output.isEmpty && connection.wantsReading: continue
            default: return step
            }
        }
    }

    func content() async throws(HTTPError) -> ReceivedBytes {
        guard let head = pending else { return ReceivedBytes() }
        guard head.coding != .unsupported else { throw .unknownContentCoding }
        var deadline = Deadline.after(service.bodyPace.patience)
        var counted: Int?
        var owesContinue = head.expectsContinue
        while true {
            if let content = try decoder.content() {
                pending = nil
                guard head.coding == .gzip else { return content }
                return try await service.desk.unpack(content)
            }
            let count = decoder.contentCount
            if let counted { deadline = service.bodyPace.extended(deadline, by: count - counted, at: arrival) }
            counted = count
            do throws(TransportError) {
                if owesContinue, !decoder.hasBytes {
                    var interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
                    try await flush(&interim)
                }
                owesContinue = false
                decoder.buffer.append(try await connection.read(until: deadline, isIdle: false))
                // The next request's header may be in these bytes too.
                arrival = connection.now
            } catch .timedOut {
                throw .timedOut(waitingFor: "content")
            } catch {
                throw .disconnected
            }
        }
    }

    /// Content that nobody wanted would be taken for the next request: it is skipped if it is here, else the connection
    /// closes.
    private func settleContent(of head: RequestHead, in decoder: inout RequestDecoder) -> Bool {
        guard head.framing != .none, pending != nil else { return true }
        pending = nil
        do throws(HTTPError) {
            return try decoder.content() != nil
        } catch {
            return false
        }
    }

    private func flush(_ output: inout [UInt8], from start: Int = 0) async throws(TransportError) {
        guard !output.isEmpty else { return }
        let sent = start > 0 ? start : try connection.send(output.span)
        if sent < output.count || connection.owesBytes {
            try await connection.write(output, from: sent, at: service.writePace)
        }
        output.removeAll()
    }

    /// Tells a fault of the system; else the peer has gone, was too slow, or the server stops: nobody is left to tell.
    private func note(_ error: TransportError) {
        if case .system = error { service.responder.note(error) }
    }
}
