/// Why a request is refused before a handler has seen it, or why its content cannot be had.
package enum HTTPError: Error, Sendable, Equatable {
    /// The bytes are not an HTTP/1.1 request; says what and where.
    case malformed(String)
    case targetTooLong(limit: Int)
    case headerTooLarge(limit: Int)
    case trailerTooLarge(limit: Int)
    case tooManyFields(limit: Int)
    case contentTooLarge(limit: Int)
    /// The header or the content took longer than its time-out.
    case timedOut(waitingFor: String)
    case unknownTransferCoding
    case unknownContentCoding
    /// The method is too long to be known, or CONNECT; says which.
    case notImplemented(String)
    /// The target's scheme is not the connection's.
    case misdirected(String)
    case unsupportedVersion
    case unknownExpectation
    /// The connection ended in the middle of a request; there is nobody to answer.
    case disconnected

    package var status: Status {
        switch self {
        case .malformed, .disconnected: .badRequest
        case .targetTooLong: .uriTooLong
        case .headerTooLarge, .trailerTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
        case .contentTooLarge: .contentTooLarge
        case .timedOut: .requestTimeout
        case .unknownContentCoding: .unsupportedMediaType
        case .unknownTransferCoding, .notImplemented: .notImplemented
        case .misdirected: .misdirectedRequest
        case .unsupportedVersion: .httpVersionNotSupported
        case .unknownExpectation: .expectationFailed
        }
    }

    /// One sentence for the one who sent the request.
    package var explanation: String {
        switch self {
        case .malformed(let reason), .notImplemented(let reason), .misdirected(let reason): reason
        case .targetTooLong(let limit): "The request target is longer than \(limit) bytes; shorten the URL."
        case .headerTooLarge(let limit):
            "The request's header is larger than \(limit) bytes; send fewer or shorter fields."
        case .trailerTooLarge(let limit):
            "The trailer section is larger than \(limit) bytes; send fewer or shorter fields."
        case .tooManyFields(let limit): "The request has more than \(limit) field lines; send fewer."
        case .contentTooLarge(let limit): "The content is larger than \(limit) bytes; send less."
        case .timedOut(let part): "The \(part) did not arrive in time; send it faster."
        case .unknownContentCoding:
            "The only Content-Encoding understood is gzip, once; send the content so, or as it is."
        case .unknownTransferCoding: "The only transfer coding understood is chunked."
        case .unsupportedVersion: "The versions spoken are HTTP/1.1 and HTTP/1.0."
        case .unknownExpectation: "The only expectation understood is 100-continue."
        case .disconnected: "The connection ended before the request did."
        }
    }
}
