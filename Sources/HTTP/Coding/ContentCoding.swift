/// What a request's `Content-Encoding` says of its content (RFC 9110 §8.4).
package enum ContentCoding: Sendable, Equatable {
    /// The content is as it is meant.
    case identity
    case gzip
    /// Another coding, or more than one: nothing here can undo it (415).
    case unsupported

    /// Takes one field line in; several are one list (RFC 9110 §5.3), whose empty elements do not count.
    mutating func take(_ value: Span<UInt8>) {
        value.forEachElement { element in
            if element.isEmpty || element.equals("identity", ignoringCase: true) { return }
            // A recipient takes x-gzip for gzip (RFC 9110 §8.4.1.3).
            let isGzip = element.equals("gzip", ignoringCase: true) || element.equals("x-gzip", ignoringCase: true)
            self = isGzip && self == .identity ? .gzip : .unsupported
        }
    }
}

extension Span<UInt8> {
    /// Hands on each element of a list whose elements hold no quoted commas, without the white space around it, the
    /// empty ones too (RFC 9110 §5.6.1).
    func forEachElement(_ body: (Span<UInt8>) -> Void) {
        var start = 0
        while start <= count {
            let end = firstIndex(of: .comma, from: start) ?? count
            let element = extracting(start..<end)
            body(element.extracting(element.trimmedRange()))
            start = end + 1
        }
    }
}
