/// The first line of a request (RFC 9112 §3): method, target and version with exactly one space between them.
struct RequestLine: Sendable {
    let method: Method
    /// Counted from the beginning of the line, which is that of the header.
    let target: RequestTarget.Place
    let isHTTP10: Bool

    /// Bytes that a method may have; the longest one that is registered has 17.
    private static let longestMethod = 32
    /// Bytes that a request line may have besides its target: the method, two spaces, the version and CR.
    private static let longestRest = longestMethod + 11

    /// What can be said of a request line before its end is there; `bytes` may hold its CR.
    static func checkBeginning(_ bytes: Span<UInt8>, limits: Limits) throws(HTTPError) {
        guard !bytes.isEmpty, Alphabet.token[Int(bytes[0])] else {
            throw .malformed("The request does not begin with a method; is it HTTP/1.1, and without TLS?")
        }
        guard bytes.count > longestMethod else { return }
        var end = 0
        while end <= longestMethod, bytes[end] != .space { end += 1 }
        // RFC 9112 §3.
        guard end <= longestMethod else {
            throw .notImplemented("The method is longer than any that this server knows.")
        }
        guard bytes.count <= limits.target + longestRest else { throw .targetTooLong(limit: limits.target) }
    }

    static func parse(_ bytes: Span<UInt8>, limits: Limits, scheme: Scheme) throws(HTTPError) -> RequestLine {
        try checkBeginning(bytes, limits: limits)
        let first = bytes.prefixCount(Alphabet.token)
        guard first > 0, first < bytes.count, bytes[first] == .space else {
            throw .malformed("The request line does not begin with a method and one space.")
        }
        let rest = bytes.extracting((first + 1)...)
        guard let second = rest.firstIndex(of: .space) else {
            throw .malformed("The request line names no version; HTTP/0.9 is not spoken.")
        }
        guard second > 0 else { throw .malformed("The request line has more than one space in a row.") }
        guard second <= limits.target else { throw .targetTooLong(limit: limits.target) }
        let isHTTP10 = try parseVersion(rest.extracting((second + 1)...))
        let method = Method(bytes.extracting(0..<first))
        let target = try RequestTarget.place(in: bytes, (first + 1)..<(first + 1 + second), for: method, in: scheme)
        return RequestLine(method: method, target: target, isHTTP10: isHTTP10)
    }

    /// Answers whether it is HTTP/1.0 rather than HTTP/1.1 (RFC 9112 §2.3; the name is case-sensitive). A higher minor
    /// version is taken for 1.1, which it is compatible with (RFC 9110 §6.2).
    private static func parseVersion(_ bytes: Span<UInt8>) throws(HTTPError) -> Bool {
        if bytes.equals("HTTP/1.1") { return false }
        if bytes.equals("HTTP/1.0") { return true }
        guard bytes.count == 8, bytes.extracting(0..<5).equals("HTTP/"), bytes[5].isDigit, bytes[6] == 0x2e,
            bytes[7].isDigit
        else { throw .malformed("The request line does not end with a version like HTTP/1.1.") }
        guard bytes[5] == 0x31 else { throw .unsupportedVersion }
        return false
    }
}
