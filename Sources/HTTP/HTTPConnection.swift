internal import Transport

/// One connection's conversation, from top to bottom: a request, its response, the next request (RFC 9112 §9).
/// Responses to pipelined requests are gathered and written at once, in their order, before more bytes are waited for.
final class HTTPConnection: ContentSource, RestingConnection {
    /// Gathered bytes beyond which they are written before the next response joins them.
    private static let gatherLimit = 65_536
    /// Room that the next response finds ready, in bytes; a connection that waits holds no more.
    private static let keptCapacity = 1_024
    /// How long a connection is idle before it rests.
    private static let restPatience = Patience(.milliseconds(300))

    private let service: HTTPService
    private let connection: Connection
    private var decoder: RequestDecoder
    /// The request whose content has not been taken.
    private var pending: RequestHead?
    /// By when all bytes in the decoder had arrived.
    private var arrival: Deadline
    /// Requests that this connection may still serve.
    private var left: Int
    /// Until when it may rest, once it does.
    private var restEnd: Deadline?

    /// Not inlined: what it needs would be held by the task for as long as that lives.
    @inline(never)
    init(_ connection: consuming Connection, _ service: HTTPService) {
        self.arrival = connection.now
        self.connection = connection
        self.service = service
        self.decoder = RequestDecoder(limits: service.messageLimits, scheme: service.scheme)
        self.left = service.limits.requestsOnOneConnection
    }

    /// Serves until the connection ends, or has been idle for a while: then it goes on in another task, since one keeps
    /// the memory of the deepest call that it has made until it ends.
    func serve() async {
        if await run(), let restEnd { connection.rest(until: restEnd, then: self) }
    }

    func goOn(with bytes: consuming [UInt8]) async {
        arrival = connection.now
        decoder.buffer.append(connection.understand(rested: bytes))
        await serve()
    }

    /// Answers whether the connection is to rest.
    private func run() async -> Bool {
        restEnd = nil
        // Responses that have been gathered, and not been written.
        var output: [UInt8] = []
        do throws(TransportError) {
            while let head = try await nextHead(&output) {
                if head.framing != .none {
                    pending = head
                    // Whoever waits for its content must not wait for responses that are ready.
                    try await flush(&output)
                }
                var response = await service.responder.respond(
                    to: Request(head, from: connection.peer, arrived: arrival, tls: connection.tls, content: self))
                left -= 1
                if response.content.count >= service.desk.minimum || head.accepts == .onlyGzip {
                    // What is ready does not wait for what takes long.
                    if response.content.count > CodingDesk.most { try await flush(&output) }
                    await response.code(for: head, by: service.desk)
                }
                let isLast = left <= 0 || connection.isStopping
                let closes = !head.keepsAlive || !settleContent(of: head) || isLast
                response.write(
                    to: &output,
                    .init(
                        omitsContent: head.method == .head, closes: closes, saysKeepAlive: head.isHTTP10,
                        date: service.date.bytes))
                if closes {
                    try await end(&output)
                    return false
                }
                if output.count > Self.gatherLimit { try await flush(&output) }
            }
            return restEnd != nil
        } catch .system(let call, let number) {
            service.responder.note(.system(call: call, errno: number))
        } catch {
            // The peer has gone, was too slow, or the server stops: there is nobody left to tell.
        }
        return false
    }

    /// The next request's header; nothing when the connection has come to its end, or is to rest. Gathered responses
    /// are written before more bytes are waited for.
    private func nextHead(_ output: inout [UInt8]) async throws(TransportError) -> RequestHead? {
        do throws(HTTPError) {
            if let head = try decoder.head() { return head }
        } catch {
            return try await refuse(error, &output)
        }
        try await flush(&output)
        var isIdle = !decoder.hasBytes
        // Who has asked for something may rest; who has just come has come to ask, and so has who sent half a record.
        var mayRest = isIdle && left < service.limits.requestsOnOneConnection && !connection.isWithinRecord
        let end = connection.now.advanced(by: mayRest ? service.idlePatience : service.headerPatience)
        var deadline = mayRest ? min(end, connection.now.advanced(by: Self.restPatience)) : end
        while true {
            do throws(TransportError) {
                decoder.buffer.append(try await connection.read(until: deadline, isIdle: isIdle))
                arrival = connection.now
            } catch .timedOut where !isIdle {
                return try await refuse(.timedOut(waitingFor: "header"), &output)
            } catch .timedOut where mayRest && deadline < end {
                guard connection.isWithinRecord else {
                    restEnd = end
                    return nil
                }
                mayRest = false
                deadline = connection.now.advanced(by: service.headerPatience)
                continue
            }
            if isIdle { deadline = arrival.advanced(by: service.headerPatience) }
            do throws(HTTPError) {
                if let head = try decoder.head() { return head }
            } catch {
                return try await refuse(error, &output)
            }
            isIdle = isIdle && !decoder.hasBytes
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
    private func settleContent(of head: RequestHead) -> Bool {
        guard head.framing != .none, pending != nil else { return true }
        pending = nil
        do throws(HTTPError) {
            return try decoder.content() != nil
        } catch {
            return false
        }
    }

    /// The last response on the connection, to what is no request; answers that there is none.
    private func refuse(_ error: HTTPError, _ output: inout [UInt8]) async throws(TransportError) -> RequestHead? {
        service.responder.refuse(error).write(
            to: &output,
            .init(omitsContent: decoder.isAtHead, closes: true, saysKeepAlive: false, date: service.date.bytes))
        try await end(&output)
        return nil
    }

    private func flush(_ output: inout [UInt8]) async throws(TransportError) {
        guard !output.isEmpty else { return }
        let sent = try connection.send(output)
        if sent < output.count { try await connection.write(output, from: sent, at: service.writePace) }
        output.removeAll(keepingCapacity: output.capacity <= Self.keptCapacity)
    }

    private func end(_ output: inout [UInt8]) async throws(TransportError) {
        try await flush(&output)
        await connection.linger(upTo: service.limits.linger, until: .after(service.lingerPatience))
    }
}
