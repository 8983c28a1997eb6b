/// What the field lines of one request say about its connection, its framing and its codings, gathered line by line.
/// Whatever could be read in two ways is refused (RFC 9112 §11.2).
struct HeaderRules {
    private(set) var length: Int?
    private(set) var isChunked = false
    private(set) var host: Range<Int>?
    private(set) var expectsContinue = false
    private(set) var accepts = AcceptEncoding()
    private(set) var coding = ContentCoding.identity
    private var closes = false
    private var keepsAlive = false

    /// Takes one field line in; `offset` is where `value` begins in the header.
    mutating func take(_ name: FieldName, value: Span<UInt8>, at offset: Int) throws(HTTPError) {
        switch name {
        case .host:
            try takeHost(value, at: offset)
        case .expect:
            guard value.equals("100-continue", ignoringCase: true) else { throw .unknownExpectation }
            expectsContinue = true
        case .connection:
            takeConnection(value)
        case .contentLength:
            try takeLength(value)
        case .acceptEncoding:
            accepts.take(value)
        case .contentEncoding:
            coding.take(value)
        case .transferEncoding:
            try takeCoding(value)
        default:
            return
        }
    }

    /// The framing and persistence that follow, once the last line has been taken in.
    func conclude(isHTTP10: Bool) throws(HTTPError) -> (framing: RequestHead.Framing, keepsAlive: Bool) {
        guard host != nil || isHTTP10 else { throw .malformed("The Host field is missing.") }
        if isChunked {
            guard length == nil else { throw .malformed("Content-Length and Transfer-Encoding exclude each other.") }
            guard !isHTTP10 else { throw .malformed("HTTP/1.0 knows no Transfer-Encoding.") }
            return (.chunked, !closes)
        }
        return (length.map { .length($0) } ?? .none, isHTTP10 ? keepsAlive && !closes : !closes)
    }

    private mutating func takeHost(_ value: Span<UInt8>, at offset: Int) throws(HTTPError) {
        guard host == nil else { throw .malformed("There is more than one Host field.") }
        guard Authority(value) != nil else {
            throw .malformed("The Host field is not a host name or address with an optional port.")
        }
        host = offset..<(offset + value.count)
    }

    private mutating func takeConnection(_ value: Span<UInt8>) {
        var start = 0
        while start <= value.count {
            let end = value.firstIndex(of: .comma, from: start) ?? value.count
            let element = value.extracting(start..<end)
            let option = element.extracting(element.trimmedRange())
            if option.equals("close", ignoringCase: true) { closes = true }
            if option.equals("keep-alive", ignoringCase: true) { keepsAlive = true }
            start = end + 1
        }
    }

    /// Digits only; a second field or a list is refused even where the values agree (RFC 9112 §6.3 rule 5 allows both).
    private mutating func takeLength(_ value: Span<UInt8>) throws(HTTPError) {
        guard length == nil else { throw .malformed("There is more than one Content-Length field.") }
        guard !value.isEmpty else { throw .malformed("Content-Length is empty.") }
        var sum = 0
        for index in value.indices {
            guard value[index].isDigit else { throw .malformed("Content-Length is not a decimal number.") }
            let (product, overflows) = sum.multipliedReportingOverflow(by: 10)
            let (next, overflowsToo) = product.addingReportingOverflow(Int(value[index] - 0x30))
            sum = overflows || overflowsToo ? .max : next
        }
        length = sum
    }

    /// `chunked` alone is understood. Where it is not the last coding, or one of several and not the only `chunked`,
    /// the length of the content cannot be known (RFC 9112 §6.3 rule 4, §6.1).
    private mutating func takeCoding(_ value: Span<UInt8>) throws(HTTPError) {
        guard !isChunked else { throw .malformed("There is more than one Transfer-Encoding field.") }
        isChunked = true
        if value.equals("chunked", ignoringCase: true) { return }
        var start = 0
        while start <= value.count {
            let end = value.firstIndex(of: .comma, from: start) ?? value.count
            let element = value.extracting(start..<end)
            let coding = element.extracting(element.trimmedRange())
            guard !coding.isEmpty, coding.equals("chunked", ignoringCase: true) == (end == value.count) else {
                throw .malformed("The last transfer coding of a request, and no other one, must be chunked.")
            }
            start = end + 1
        }
        throw .unknownTransferCoding
    }
}
