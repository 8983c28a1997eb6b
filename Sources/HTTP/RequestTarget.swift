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

    /// The authority that an absolute-form target names; it must be the Host field's.
    struct Parsed {
        let target: RequestTarget
        let authority: Range<Int>?
    }

    /// Origin-form, absolute-form with the scheme http or https, or `*` for OPTIONS. The authority-form belongs to
    /// CONNECT, which this server does not speak.
    static func parse(_ bytes: Span<UInt8>, for method: Method) throws(HTTPError) -> Parsed {
        if bytes.count == 1, bytes[0] == 0x2a, method == .options {
            return Parsed(target: RequestTarget(path: "*"), authority: nil)
        }
        var start = 0
        var authority: Range<Int>?
        if bytes[0] != .slash {
            guard let first = schemeEnd(bytes) else {
                throw .malformed("The request target is neither a path that begins with / nor an absolute http URL.")
            }
            var end = first
            while end < bytes.count, bytes[end] != .slash, bytes[end] != .questionMark { end += 1 }
            guard end > first, bytes.extracting(first..<end).allSatisfy(Alphabet.host) else {
                throw .malformed("The request target's authority is not a host name or address with an optional port.")
            }
            authority = first..<end
            start = end
        }
        let question = bytes.firstIndex(of: .questionMark, from: start)
        let path = bytes.extracting(start..<(question ?? bytes.count))
        guard path.allSatisfy(Alphabet.path) else {
            throw .malformed("The path of the request target has a byte that must be percent-encoded.")
        }
        var query: String?
        if let question {
            let rest = bytes.extracting((question + 1)..<bytes.count)
            guard rest.allSatisfy(Alphabet.query) else {
                throw .malformed("The query of the request target has a byte that must be percent-encoded.")
            }
            query = String(copying: rest)
        }
        let target = RequestTarget(path: path.isEmpty ? "/" : String(copying: path), query: query)
        return Parsed(target: target, authority: authority)
    }

    private static func schemeEnd(_ bytes: Span<UInt8>) -> Int? {
        for length in [7, 8] where bytes.count > length {
            let scheme = bytes.extracting(0..<length)
            if scheme.equals("http://", ignoringCase: true) || scheme.equals("https://", ignoringCase: true) {
                return length
            }
        }
        return nil
    }
}
