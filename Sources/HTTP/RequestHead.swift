/// A request without its content: what the decoder has understood of the header. A class, so that handing it around
/// counts one reference and not one for each part.
package final class RequestHead: Sendable {
    /// How the length of the content is told (RFC 9112 §6.3).
    package enum Framing: Sendable, Equatable {
        case none
        case length(Int)
        case chunked
    }

    package let method: Method
    package let target: RequestTarget
    package let fields: RequestFields
    package let framing: Framing
    /// The connection may serve another request after this one (RFC 9112 §9.3).
    package let keepsAlive: Bool
    /// HTTP/1.0: no chunked coding, no 100 (Continue), and `Connection: keep-alive` must be said.
    package let isHTTP10: Bool
    /// The client waits for 100 (Continue) before it sends the content (RFC 9110 §10.1.1).
    package let expectsContinue: Bool
    /// How the content is coded.
    package let coding: ContentCoding
    /// How the content of the response may be coded.
    package let accepts: AcceptEncoding.Choice

    package init(
        method: Method, target: RequestTarget, fields: RequestFields, framing: Framing = .none, keepsAlive: Bool = true,
        isHTTP10: Bool = false, expectsContinue: Bool = false, coding: ContentCoding = .identity,
        accepts: AcceptEncoding.Choice = .identity
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.framing = framing
        self.keepsAlive = keepsAlive
        self.isHTTP10 = isHTTP10
        self.expectsContinue = expectsContinue
        self.coding = coding
        self.accepts = accepts
    }
}
