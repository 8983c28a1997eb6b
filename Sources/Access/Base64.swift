/// Reads base64 (RFC 4648 §4), strictly: the standard alphabet, padded to whole groups of four, unused bits zero,
/// nothing before, between or after.
///
/// It is our own so that what it decodes lies in one buffer, which its owner overwrites, and in none of a decoder's.
enum Base64 {
    /// Appends what `text` spells to `bytes`, which has to be empty; where it spells nothing, `bytes` holds its sound
    /// beginning.
    static func decode(_ text: Span<UInt8>, into bytes: inout [UInt8]) throws(BasicCredentials.Fault) {
        guard !text.isEmpty, text.count % 4 == 0 else { throw .malformed }
        bytes.reserveCapacity(text.count / 4 * 3)
        var start = 0
        while start < text.count {
            let padding = start + 4 == text.count ? padding(of: text) : 0
            var bits: UInt32 = 0
            for index in 0..<(4 - padding) {
                bits |= try value(of: text[start + index]) << (18 - 6 * UInt32(index))
            }
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            if padding < 2 { bytes.append(UInt8(truncatingIfNeeded: bits >> 8)) }
            if padding < 1 { bytes.append(UInt8(truncatingIfNeeded: bits)) }
            // Bits that fill no byte must be zero: else two texts would spell the same bytes.
            let unused: UInt32 = padding == 2 ? 0xffff : padding == 1 ? 0xff : 0
            guard bits & unused == 0 else { throw .malformed }
            start += 4
        }
    }

    /// How many `=` the last group ends with: none, one or two.
    private static func padding(of text: Span<UInt8>) -> Int {
        guard text[text.count - 1] == UInt8(ascii: "=") else { return 0 }
        return text[text.count - 2] == UInt8(ascii: "=") ? 2 : 1
    }

    private static func value(of character: UInt8) throws(BasicCredentials.Fault) -> UInt32 {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: throw .malformed
        }
    }
}
