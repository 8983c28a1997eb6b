/// A request method (RFC 9110 §9). Methods are case-sensitive.
package enum Method: Sendable, CaseIterable {
    case get, head, post, put, delete, patch, options, trace, connect
    /// Any other token: no method that this server has heard of (501).
    case unknown

    init(_ bytes: Span<UInt8>) {
        self = Self.allCases.first { bytes.equals($0.name) } ?? .unknown
    }

    package var text: String { "\(name)" }

    private var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .patch: "PATCH"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        case .unknown: "?"
        }
    }
}
