internal import Transport

/// Understands one header, line by line: the request line, then field lines, then the empty line that ends it.
struct HeaderDecoder: ~Copyable, Sendable {
    private var requestLine: RequestLine?
    private var lines = FieldLines()
    private var count = 0
    private var rules = HeaderRules()

    /// The request line has not been seen.
    var isAtBeginning: Bool { requestLine == nil }

    /// The method, once the request line has been understood.
    var method: Method? { requestLine?.method }

    /// Takes one line in, without its CR LF; `offset` is where it begins in the header. Answers whether it was the
    /// last.
    mutating func take(
        _ line: Span<UInt8>, at offset: Int, within limits: MessageLimits, in scheme: Scheme
    ) throws(HTTPError) -> Bool {
        guard requestLine != nil else {
            requestLine = try RequestLine.parse(line, limits: limits, scheme: scheme)
            return false
        }
        guard !line.isEmpty else { return true }
        count += 1
        guard count <= limits.fields else { throw .tooManyFields(limit: limits.fields) }
        let (name, colon) = try Self.readName(of: line)
        let rest = line.extracting((colon + 1)...)
        guard rest.isFieldValue else { throw .malformed("A field value has a control character.") }
        if let name {
            let trimmed = rest.trimmedRange()
            let start = offset + colon + 1 + trimmed.lowerBound
            try rules.take(name, value: rest.extracting(trimmed), at: start)
            lines.append(name, start..<(start + trimmed.count))
        }
        return false
    }

    /// The request that the lines make; `header` is all of them with their ends.
    func conclude(_ header: consuming ReceivedBytes, in scheme: Scheme) throws(HTTPError) -> RequestHead {
        guard let requestLine else { throw .malformed("The header is empty.") }
        let (framing, keepsAlive) = try rules.conclude(isHTTP10: requestLine.isHTTP10)
        if let authority = requestLine.target.authority {
            try checkHost(header.bytes.span, is: authority, in: scheme)
        }
        return RequestHead(
            method: requestLine.method, target: requestLine.target,
            fields: RequestFields(header: header, lines: lines, count: count), framing: framing, keepsAlive: keepsAlive,
            isHTTP10: requestLine.isHTTP10, expectsContinue: rules.expectsContinue && !requestLine.isHTTP10,
            coding: rules.coding, accepts: rules.accepts.choice)
    }

    /// An absolute-form target outranks the Host field (RFC 9112 §3.2.2); where the two differ, somebody may have been
    /// led astray by the other one, so they must not.
    private func checkHost(_ header: Span<UInt8>, is target: Range<Int>, in scheme: Scheme) throws(HTTPError) {
        guard let host = rules.host else { return }
        let (named, meant) = (header.extracting(host), header.extracting(target))
        guard let authority = Authority(named), let other = Authority(meant),
            authority.matches(named, other, meant, in: scheme)
        else { throw .malformed("The Host field names another authority than the request target.") }
    }

    /// The name of a field line (RFC 9112 §5), if it is a known one, and where its colon is.
    private static func readName(of line: Span<UInt8>) throws(HTTPError) -> (FieldName?, colon: Int) {
        guard line[0] != .space, line[0] != .tab else {
            throw .malformed("A field line begins with white space; folded lines are obsolete and refused.")
        }
        guard let colon = line.firstIndex(of: .colon), colon > 0 else {
            throw .malformed("A field line has no name and colon.")
        }
        let bytes = line.extracting(0..<colon)
        let name = FieldName(bytes)
        guard name != nil || bytes.allSatisfy(Alphabet.token) else {
            throw .malformed("A field name has a byte that is not allowed there, or white space before its colon.")
        }
        return (name, colon)
    }
}
