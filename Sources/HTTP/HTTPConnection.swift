internal import Transport

/// One connection's conversation, from top to bottom: a request, its response, the next request (RFC 9112 §9).
/// Responses to pipelined requests are gathered and written at once, in their order, before more bytes are waited for.
final class HTTPConnection: ContentSource {
    /// Gathered bytes beyond which they are written before the next response joins them.
    private static let gatherLimit = 65_536
    /// What is still read and thrown away after the last response, and for how long, so that the peer can read it.
    private static let lingerBytes = 8_388_608
    private static let lingerPatience = Patience(.seconds(2))

    private let service: HTTPService
    private let connection: Connection
    private var decoder: RequestDecoder
    private var output: [UInt8] = []
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
        do throws(TransportError) {
            while let head = try await nextHead() {
                let response = await service.responder.respond(
                    to: Request(head, from: connection.peer, arrived: arrival, content: self))
                // Content that nobody wanted would be taken for the next request: skip it if it is here, else close.
                let isSettled = settleContent()
                guard try await send(response, to: head, closes: !head.keepsAlive || !isSettled) else { return }
            }
        } catch .system(let call, let number) {
            service.responder.note(.system(call: call, errno: number))
        } catch {
            // The peer has gone, was too slow, or the server stops: there is nobody left to tell.
        }
    }

    /// The next request's header; nothing when the connection has come to its end.
    private func nextHead() async throws(TransportError) -> RequestHead? {
        var deadline = connection.now.advanced(by: decoder.hasBytes ? service.headerPatience : service.idlePatience)
        while true {
            let isIdle = !decoder.hasBytes
            do throws(HTTPError) {
                if let head = try decoder.head() {
                    pending = head.framing == .none ? nil : head
                    return head
                }
            } catch {
                try await refuse(error)
                return nil
            }
            try await flush()
            do throws(TransportError) {
                arrival = try await connection.read(
                    into: &decoder.buffer, until: deadline, isIdle: isIdle && !decoder.hasBytes)
            } catch .timedOut where decoder.hasBytes {
                try await refuse(.timedOut(waitingFor: "header"))
                return nil
            }
            if isIdle { deadline = arrival.advanced(by: service.headerPatience) }
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
        var response = response
        if response.content.count >= service.desk.minimum || head.accepts == .onlyGzip {
            // What is ready does not wait for what takes long.
            if response.content.count > CodingDesk.most { try await flush() }
            await response.code(for: head, by: service.desk)
        }
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
        try await connection.write(&output, within: service.writePatience)
    }

    private func end() async throws(TransportError) {
        try await flush()
        await connection.linger(upTo: Self.lingerBytes, until: .after(Self.lingerPatience))
    }
}
