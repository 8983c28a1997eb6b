/// Strings (RFC 8259 §7).
extension JSONParser {
    /// The string whose opening quote is at hand. One without escapes, the usual one, is a single copy.
    mutating func string(_ bytes: Span<UInt8>) throws(JSONError.At) -> String {
        index += 1
        var run = index
        try skipPlain(bytes)
        if current(bytes) == UInt8(ascii: "\"") {
            defer { index += 1 }
            return try copy(bytes, run..<index)
        }
        var text = ""
        while current(bytes) == UInt8(ascii: "\\") {
            text += try copy(bytes, run..<index)
            text.unicodeScalars.append(try escape(bytes))
            run = index
            try skipPlain(bytes)
        }
        text += try copy(bytes, run..<index)
        index += 1
        return text
    }

    /// Moves to the next quote or backslash.
    private mutating func skipPlain(_ bytes: Span<UInt8>) throws(JSONError.At) {
        var index = self.index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                self.index = index
                return
            }
            if byte < 0x20 { throw JSONError.At(.controlCharacter(byte), index) }
            index += 1
        }
        throw JSONError.At(.unexpectedEnd(expected: "the closing quote of a string"), index)
    }

    /// The bytes as a string, if they are valid UTF-8 (RFC 3629: nothing overlong, no surrogates, none above U+10FFFF).
    func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(JSONError.At) -> String {
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw JSONError.At(.invalidUTF8, range.lowerBound + error.byteOffsets.lowerBound)
        }
    }

    /// The character of the escape whose backslash is at hand.
    private mutating func escape(_ bytes: Span<UInt8>) throws(JSONError.At) -> Unicode.Scalar {
        let start = index
        index += 1
        guard index < bytes.count else { throw unexpected(bytes, "the rest of an escape") }
        let letter = current(bytes)
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONError.At(.unknownEscape, start)
        }
        let unit = try hexadecimal(bytes)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let isPair = UTF16.isLeadSurrogate(unit) && take(bytes, "\\u")
        guard isPair, case let trail = try hexadecimal(bytes), UTF16.isTrailSurrogate(trail) else {
            throw JSONError.At(.loneSurrogate, start)
        }
        return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    }

    private mutating func take(_ bytes: Span<UInt8>, _ word: String) -> Bool {
        for byte in word.utf8 {
            guard current(bytes) == byte else { return false }
            index += 1
        }
        return true
    }

    /// The value of the next four hexadecimal digits.
    private mutating func hexadecimal(_ bytes: Span<UInt8>) throws(JSONError.At) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(current(bytes))).hexDigitValue else {
                throw unexpected(bytes, "four hexadecimal digits after \\u")
            }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }
}
