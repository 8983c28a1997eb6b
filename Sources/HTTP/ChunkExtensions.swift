/// What may follow a chunk's size on its line: `*( BWS ";" BWS name [ BWS "=" BWS value ] )`, where a value is a token
/// or a quoted string (RFC 9112 §7.1.1). None is understood here, so all are ignored; what is none of them is refused,
/// for others may have read something else in it.
struct ChunkExtensions {
    /// Whether `text`, all that follows the size, is well-formed.
    static func isWellFormed(_ text: Span<UInt8>) -> Bool {
        var index = 0
        while index < text.count {
            skipSpace(text, &index)
            guard skip(.semicolon, text, &index) else { return false }
            skipSpace(text, &index)
            guard skipToken(text, &index) else { return false }
            let end = index
            skipSpace(text, &index)
            guard skip(.equalsSign, text, &index) else {
                // The space belongs to the next extension, if it belongs to anything.
                index = end
                continue
            }
            skipSpace(text, &index)
            guard skipToken(text, &index) || skipQuoted(text, &index) else { return false }
        }
        return true
    }

    private static func skipSpace(_ text: Span<UInt8>, _ index: inout Int) {
        while index < text.count, text[index] == .space || text[index] == .tab { index += 1 }
    }

    private static func skip(_ byte: UInt8, _ text: Span<UInt8>, _ index: inout Int) -> Bool {
        guard index < text.count, text[index] == byte else { return false }
        index += 1
        return true
    }

    private static func skipToken(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
        let start = index
        while index < text.count, Alphabet.token[Int(text[index])] { index += 1 }
        return index > start
    }

    /// A quoted string (RFC 9110 §5.6.4): no control character but a tab, a backslash before any other.
    private static func skipQuoted(_ text: Span<UInt8>, _ index: inout Int) -> Bool {
        guard skip(.quote, text, &index) else { return false }
        while index < text.count, text[index].isFieldValue {
            if skip(.quote, text, &index) { return true }
            if text[index] == .backslash { index += 1 }
            guard index < text.count, text[index].isFieldValue else { return false }
            index += 1
        }
        return false
    }
}
