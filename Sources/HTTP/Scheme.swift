/// What URIs of resources on a connection begin with: it is secured with TLS, or it is not (RFC 9110 §4.2). A request
/// whose target names the other one came to the wrong place (§7.4).
package enum Scheme: Sendable {
    case http, https

    /// The port that is meant where none is named.
    var port: UInt16 {
        switch self {
        case .http: 80
        case .https: 443
        }
    }

    /// What an absolute-form target begins with.
    var beginning: StaticString {
        switch self {
        case .http: "http://"
        case .https: "https://"
        }
    }

    var other: Scheme { self == .http ? .https : .http }
}
