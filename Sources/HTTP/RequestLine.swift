/// The first line of a request (RFC 9112 §3): method, target and version with exactly one space between them.
struct RequestLine: Sendable {
    let method: Method
    let target: RequestTarget
    /// Where an absolute-form target names its authority, counted from the beginning of the line.
    let authority: Range<Int>?
    let isHTTP10: Bool

    /// Bytes that a request line may have besides its target: a method of 32, two spaces, the version and CR.
    static let longestRest = 43

    /// What can be said of a request line before its end is there; `bytes` may hold its CR.
    static func checkBeginning(_ bytes: Span<UInt8>, limits: Limits) throws(HTTPError) {
        guard !bytes.isEmpty, Alphabet.token[Int(bytes[0])] else {
            throw .malformed("The request does not begin with a method; is it HTTP/1.1, and without TLS?")
        }
        guard bytes.count <= limits.target + longestRest else { throw .targetTooLong(limit: limits.target) }
    }

    static func parse(_ bytes: Span<UInt8>, limits: Limits) throws(HTTPError) -> RequestLine {
        try checkBeginning(bytes, limits: limits)
        guard let first = bytes.firstIndex(of: .space), first > 0,
            bytes.extracting(0..<first).allSatisfy(Alphabet.token)
        else {
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
        let parsed = try RequestTarget.parse(rest.extracting(0..<second), for: method)
        let authority = parsed.authority.map { ($0.lowerBound + first + 1)..<($0.upperBound + first + 1) }
        return RequestLine(method: method, target: parsed.target, authority: authority, isHTTP10: isHTTP10)
    }

    /// Answers whether it is HTTP/1.0 rather than HTTP/1.1 (RFC 9112 §2.3; the name is case-sensitive).
    private static func parseVersion(_ bytes: Span<UInt8>) throws(HTTPError) -> Bool {
        if bytes.equals("HTTP/1.1") { return false }
        if bytes.equals("HTTP/1.0") { return true }
        guard bytes.count == 8, bytes.extracting(0..<5).equals("HTTP/"), bytes[5].isDigit, bytes[6] == 0x2e,
            bytes[7].isDigit
        else { throw .malformed("The request line does not end with a version like HTTP/1.1.") }
        throw .unsupportedVersion
    }
}
