/// Where a request goes: the path and the query of its target (RFC 9112 §3.2), as they were sent, percent signs and
/// all.
package struct RequestTarget: Sendable, Equatable {
    package let path: String
    /// What follows the first question mark, if there is one.
    package let query: String?

    package init(path: String, query: String? = nil) {
        self.path = path
        self.query = query
    }

    /// The server as a whole and nothing on it: `*`, the target of an OPTIONS request (RFC 9110 §9.3.7).
    package static let server = RequestTarget(path: "*")

    /// Where the parts of a target are in the header: they become texts only for those who ask.
    struct Place {
        /// What an absolute-form target names; it must be the Host field's.
        var authority: Range<Int>?
        /// Empty where the target names none, which stands for `/`.
        var path: Range<Int>
        var query: Range<Int>?
        /// ``server`` is meant.
        var isServer = false
    }

    /// Origin-form; absolute-form with the scheme of the connection; or `*` for OPTIONS, which an absolute URL without
    /// path and query stands for too (RFC 9112 §3.2.4). The authority-form belongs to CONNECT, which is not spoken.
    static func place(
        in line: Span<UInt8>, _ range: Range<Int>, for method: Method, in scheme: Scheme
    ) throws(HTTPError) -> Place {
        var place = Place(path: range)
        if line[range.lowerBound] != .slash || method == .connect {
            try findAuthority(in: line, range, for: method, in: scheme, &place)
        }
        let end = place.path.lowerBound + line.extracting(place.path).prefixCount(Alphabet.path)
        guard end < range.upperBound else { return place }
        guard line[end] == .questionMark else {
            throw .malformed("The path of the request target has a byte that must be percent-encoded.")
        }
        let query = (end + 1)..<range.upperBound
        guard line.extracting(query).allSatisfy(Alphabet.query) else {
            throw .malformed("The query of the request target has a byte that must be percent-encoded.")
        }
        place.path = place.path.lowerBound..<end
        place.query = query
        return place
    }

    /// What a target is that is not a path, or is not for a path.
    private static func findAuthority(
        in line: Span<UInt8>, _ range: Range<Int>, for method: Method, in scheme: Scheme, _ place: inout Place
    ) throws(HTTPError) {
        let bytes = line.extracting(range)
        guard bytes.count > 1 || bytes[0] != 0x2a || method != .options else {
            place.isServer = true
            return
        }
        guard method != .connect else { throw refusalOfTunnel(to: bytes) }
        let authority = try authorityRange(bytes, in: scheme)
        place.authority = (range.lowerBound + authority.lowerBound)..<(range.lowerBound + authority.upperBound)
        place.path = (range.lowerBound + authority.upperBound)..<range.upperBound
        place.isServer = place.path.isEmpty && method == .options
    }

    /// What an absolute-form target has between its scheme and its path.
    private static func authorityRange(_ bytes: Span<UInt8>, in scheme: Scheme) throws(HTTPError) -> Range<Int> {
        guard let start = schemeEnd(bytes, scheme) else {
            guard schemeEnd(bytes, scheme.other) == nil else {
                throw .misdirected(
                    "The request target is an \(scheme.other) URL, and this connection serves \(scheme).")
            }
            throw .malformed("The request target is neither a path that begins with / nor an absolute http URL.")
        }
        var end = start
        while end < bytes.count, bytes[end] != .slash, bytes[end] != .questionMark { end += 1 }
        guard Authority(bytes.extracting(start..<end)) != nil else {
            throw .malformed("The request target names no host, or more than a host and a port.")
        }
        return start..<end
    }

    private static func schemeEnd(_ bytes: Span<UInt8>, _ scheme: Scheme) -> Int? {
        let length = scheme.beginning.utf8CodeUnitCount
        guard bytes.count >= length, bytes.extracting(0..<length).equals(scheme.beginning, ignoringCase: true) else {
            return nil
        }
        return length
    }

    /// No origin server needs to make tunnels; a target without a port is no target for one (RFC 9110 §9.3.6).
    private static func refusalOfTunnel(to bytes: Span<UInt8>) -> HTTPError {
        guard let authority = Authority(bytes), authority.namesPort else {
            return .malformed("The target of CONNECT is not a host and a port.")
        }
        return .notImplemented("CONNECT asks for a tunnel, and this server makes none.")
    }
}
