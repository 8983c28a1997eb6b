internal import Transport

/// Understands one header, line by line: the request line, then field lines, then the empty line that ends it.
struct HeaderDecoder: Sendable {
    private let limits: Limits
    private var requestLine: RequestLine?
    private var lines: [RequestFields.Line] = []
    private var rules = HeaderRules()

    /// Field lines that most requests have no more of.
    private static let usualFields = 8

    init(limits: Limits) {
        self.limits = limits
    }

    /// The request line has not been seen.
    var isAtBeginning: Bool { requestLine == nil }

    /// Takes one line in, without its CR LF; `offset` is where it begins in the header. Answers whether it was the
    /// last.
    mutating func take(_ line: Span<UInt8>, at offset: Int) throws(HTTPError) -> Bool {
        guard requestLine != nil else {
            requestLine = try RequestLine.parse(line, limits: limits)
            lines.reserveCapacity(Self.usualFields)
            return false
        }
        guard !line.isEmpty else { return true }
        guard lines.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
        let colon = try Self.checkField(line)
        let rest = line.extracting((colon + 1)...)
        let trimmed = rest.trimmedRange()
        let valueStart = offset + colon + 1 + trimmed.lowerBound
        try rules.take(name: line.extracting(0..<colon), value: rest.extracting(trimmed), at: valueStart)
        lines.append(.init(name: offset..<(offset + colon), value: valueStart..<(valueStart + trimmed.count)))
        return false
    }

    /// The request that the lines make; `header` is all of them with their ends.
    func conclude(_ header: consuming ReceivedBytes) throws(HTTPError) -> RequestHead {
        guard let requestLine else { throw .malformed("The header is empty.") }
        let (framing, keepsAlive) = try rules.conclude(isHTTP10: requestLine.isHTTP10)
        if let authority = requestLine.authority, let host = rules.host {
            guard
                header.bytes[authority].elementsEqual(
                    header.bytes[host], by: { $0.asciiLowercase == $1.asciiLowercase })
            else {
                throw .malformed("The Host field names another authority than the request target.")
            }
        }
        return RequestHead(
            method: requestLine.method, target: requestLine.target,
            fields: RequestFields(header: header, lines: lines), framing: framing, keepsAlive: keepsAlive,
            isHTTP10: requestLine.isHTTP10, expectsContinue: rules.expectsContinue && !requestLine.isHTTP10,
            coding: rules.coding,
            accepts: rules.accepts.choice)
    }

    /// Checks the grammar of a field line (RFC 9112 §5) and answers where its colon is.
    private static func checkField(_ line: Span<UInt8>) throws(HTTPError) -> Int {
        guard line[0] != .space, line[0] != .tab else {
            throw .malformed("A field line begins with white space; folded lines are obsolete and refused.")
        }
        guard let colon = line.firstIndex(of: .colon), colon > 0 else {
            throw .malformed("A field line has no name and colon.")
        }
        guard line.extracting(0..<colon).allSatisfy(Alphabet.token) else {
            throw .malformed("A field name has a byte that is not allowed there, or white space before its colon.")
        }
        guard line.extracting((colon + 1)...).allSatisfy(Alphabet.value) else {
            throw .malformed("A field value has a control character.")
        }
        return colon
    }
}
