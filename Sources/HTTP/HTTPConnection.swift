internal import Transport

/// One connection's conversation, from top to bottom: a request, its response, the next request (RFC 9112 §9).
/// Responses to pipelined requests are gathered and written at once, in their order, before more bytes are waited for.
final class HTTPConnection: ContentSource {
    /// Gathered bytes beyond which they are written before the next response joins them.
    private static let gatherLimit = 65_536
    /// Room that the next response finds ready, in bytes; a connection at rest holds no more.
    private static let keptCapacity = 1_024
    /// What is still read and thrown away after the last response, and for how long, so that the peer can read it.
    private static let lingerBytes = 8_388_608
    private static let lingerPatience = Patience(.seconds(2))

    private let service: HTTPService
    private let connection: Connection
    private var decoder: RequestDecoder
    /// The request whose content has not been taken.
    private var pending: RequestHead?
    /// By when all bytes in the decoder had arrived.
    private var arrival: Deadline

    init(_ connection: consuming Connection, _ service: HTTPService) {
        self.arrival = connection.now
        self.connection = connection
        self.service = service
        self.decoder = RequestDecoder(limits: service.limits, scheme: service.scheme)
    }

    func run() async {
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
                    to: Request(head, from: connection.peer, arrived: arrival, content: self))
                if response.content.count >= service.desk.minimum || head.accepts == .onlyGzip {
                    // What is ready does not wait for what takes long.
                    if response.content.count > CodingDesk.most { try await flush(&output) }
                    await response.code(for: head, by: service.desk)
                }
                let closes = !head.keepsAlive || !settleContent(of: head) || connection.isStopping
                response.write(
                    to: &output,
                    .init(
                        omitsContent: head.method == .head, closes: closes, saysKeepAlive: head.isHTTP10,
                        date: service.date.bytes))
                if closes { return try await end(&output) }
                if output.count > Self.gatherLimit { try await flush(&output) }
            }
        } catch .system(let call, let number) {
            service.responder.note(.system(call: call, errno: number))
        } catch {
            // The peer has gone, was too slow, or the server stops: there is nobody left to tell.
        }
    }

    /// The next request's header; nothing when the connection has come to its end. Gathered responses are written
    /// before more bytes are waited for.
    private func nextHead(_ output: inout [UInt8]) async throws(TransportError) -> RequestHead? {
        do throws(HTTPError) {
            if let head = try decoder.head() { return head }
        } catch {
            return try await refuse(error, &output)
        }
        try await flush(&output)
        var isIdle = !decoder.hasBytes
        var deadline = connection.now.advanced(by: isIdle ? service.idlePatience : service.headerPatience)
        while true {
            do throws(TransportError) {
                decoder.buffer.append(try await connection.read(until: deadline, isIdle: isIdle))
                arrival = connection.now
            } catch .timedOut where !isIdle {
                return try await refuse(.timedOut(waitingFor: "header"), &output)
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
        let deadline = Deadline.after(service.bodyPatience)
        var owesContinue = head.expectsContinue
        while true {
            if let content = try decoder.content() {
                pending = nil
                guard head.coding == .gzip else { return content }
                return try await service.desk.unpack(content)
            }
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

    /// Content that nobody wanted would be taken for the next request: skipped if it is here, else the connection closes.
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
        if sent < output.count { try await connection.write(output, from: sent, within: service.writePatience) }
        output.removeAll(keepingCapacity: output.capacity <= Self.keptCapacity)
    }

    private func end(_ output: inout [UInt8]) async throws(TransportError) {
        try await flush(&output)
        await connection.linger(upTo: Self.lingerBytes, until: .after(Self.lingerPatience))
    }
}
