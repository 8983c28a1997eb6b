import HTTP
import Transport

/// What the request decoder makes of bytes that arrive in pieces: the requests, and the error that ended them.
struct Conversation {
    private(set) var requests: [(head: RequestHead, content: [UInt8])] = []
    private(set) var error: HTTPError?
    /// A header has been decoded whose content has not all arrived.
    private(set) var awaitsContent = false
    /// Something of a next request has arrived.
    private(set) var hasBytes = false

    /// Small, so that a short input reaches them all.
    static let limits: Limits = {
        var limits = Limits()
        limits.target = 64
        limits.header = 512
        limits.fields = 8
        limits.body = 64
        limits.chunkExtension = 16
        return limits
    }()

    init(_ pieces: [[UInt8]]) throws(Broken) {
        var decoder = RequestDecoder(limits: Self.limits)
        do throws(HTTPError) {
            for piece in pieces {
                decoder.buffer.append(piece.span)
                try take(from: &decoder)
            }
        } catch {
            self.error = error
            try Self.checkItStays(error, &decoder)
        }
        hasBytes = decoder.hasBytes
    }

    private mutating func take(from decoder: inout RequestDecoder) throws(HTTPError) {
        while true {
            if !awaitsContent {
                guard let head = try decoder.head() else { return }
                requests.append((head, []))
                awaitsContent = true
            }
            guard let content = try decoder.content() else { return }
            requests[requests.count - 1].content = content.bytes.map { $0 }
            awaitsContent = false
        }
    }

    /// Nothing that arrives later may make a decoder forget that it has lost its way.
    private static func checkItStays(_ error: HTTPError, _ decoder: inout RequestDecoder) throws(Broken) {
        decoder.buffer.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).span)
        do throws(HTTPError) {
            _ = try decoder.head()
        } catch let again {
            return try require(again == error, "after \(error) the decoder answers \(again)")
        }
        throw Broken("after \(error) the decoder reads on")
    }
}
