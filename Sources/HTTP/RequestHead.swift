internal import Transport

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
    private let place: RequestTarget.Place

    init(
        method: Method, target: RequestTarget.Place, fields: consuming RequestFields, framing: Framing = .none,
        keepsAlive: Bool = true, isHTTP10: Bool = false, expectsContinue: Bool = false,
        coding: ContentCoding = .identity, accepts: AcceptEncoding.Choice = .identity
    ) {
        self.method = method
        self.fields = fields
        self.framing = framing
        self.keepsAlive = keepsAlive
        self.isHTTP10 = isHTTP10
        self.expectsContinue = expectsContinue
        self.coding = coding
        self.accepts = accepts
        place = target
    }

    /// One that comes from no wire.
    package convenience init(
        method: Method, target: RequestTarget, fields: [(FieldName, String)] = [],
        accepts: AcceptEncoding.Choice = .identity
    ) {
        let path = Array(target.path.utf8)
        let query = Array((target.query ?? "").utf8)
        let place = RequestTarget.Place(
            path: 0..<path.count, query: target.query.map { _ in path.count..<(path.count + query.count) },
            isServer: target == .server)
        self.init(
            method: method, target: place, fields: RequestFields(fields, after: path + query), accepts: accepts)
    }

    /// The target is ``RequestTarget/server``.
    package var isForServer: Bool { place.isServer }

    /// The path and the query, as texts.
    package var target: RequestTarget {
        isForServer
            ? .server : RequestTarget(path: withPath { String(copying: $0) }, query: query)
    }

    /// What follows the first question mark of the target, if there is one.
    package var query: String? {
        let header = fields.header.bytes
        return place.query.map { String(copying: header.span.extracting($0)) }
    }

    /// Lends the path of the target: as it was sent, percent signs and all.
    func withPath<Value, Failure>(
        _ body: (Span<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard !place.path.isEmpty else { return try body(Self.root.span) }
        let header = fields.header.bytes
        return try body(header.span.extracting(place.path))
    }

    private static let root: [UInt8] = [.slash]
}
