/// What the tutorial mode looks at in a request without credentials: where it came from and for whom it was meant.
///
/// The peer's address alone proves nothing, since every page in a browser on this machine comes from loopback. `Host`
/// stops a foreign site that points its own name at 127.0.0.1 (DNS rebinding), `Origin` one that posts to localhost.
package struct TutorialRequest: Sendable {
    /// Whether the peer's address is loopback.
    private let peerIsLoopback: Bool
    /// The value of the one `Host` field (RFC 9110 §7.2).
    private let host: String
    /// The value of `Origin` (RFC 6454 §7), if it is there; several joined by commas are none.
    private let origin: String?
    /// It came over TLS.
    private let isSecure: Bool

    package init(peerIsLoopback: Bool, isSecure: Bool = false, host: String, origin: String?) {
        self.peerIsLoopback = peerIsLoopback
        self.isSecure = isSecure
        self.host = host
        self.origin = origin
    }

    /// Whether this machine asks itself: the peer is loopback, `Host` names loopback, and `Origin`, where there is
    /// one, is this very server as the request came to it.
    package var isOfThisMachine: Bool {
        peerIsLoopback
            && Self.name(inHost: host).map(LoopbackName.includes) == true
            && (origin == nil || origin?.lowercased() == (isSecure ? "https://" : "http://") + host.lowercased())
    }

    /// The name or address in `host [":" port]`, brackets of IPv6 taken off; `nil` for whatever else.
    private static func name(inHost host: String) -> String? {
        let name: Substring
        let rest: Substring
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return nil }
            name = host[host.index(after: host.startIndex)..<end]
            rest = host[host.index(after: end)...]
            // Only IPv6 stands in brackets.
            guard name.contains(":") else { return nil }
        } else {
            let end = host.firstIndex(of: ":") ?? host.endIndex
            name = host[..<end]
            rest = host[end...]
        }
        guard rest.isEmpty || isPort(rest) else { return nil }
        return String(name)
    }

    /// A colon and a port.
    private static func isPort(_ text: Substring) -> Bool {
        let digits = text.dropFirst()
        return text.first == ":" && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            && UInt16(digits) != nil
    }
}
