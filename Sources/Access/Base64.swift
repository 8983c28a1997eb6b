internal import Vault

/// Reads base64 (RFC 4648 §4), strictly: the standard alphabet, padded to whole groups of four, unused bits zero,
/// nothing before, between or after.
///
/// It is our own so that what it decodes lies in one place, which is overwritten, and in none of a decoder's.
enum Base64 {
    /// What `text` spells.
    static func decode(_ text: Span<UInt8>) throws(BasicCredentials.Fault) -> SecretBytes {
        guard !text.isEmpty, text.count % 4 == 0 else { throw .malformed }
        let padding = padding(of: text)
        let whole = padding == 0 ? text.count : text.count - 4
        return try SecretBytes(capacity: text.count / 4 * 3) { output throws(BasicCredentials.Fault) in
            var start = 0
            while start < whole {
                let first = values[Int(text[start])]
                let second = values[Int(text[start + 1])]
                let third = values[Int(text[start + 2])]
                let fourth = values[Int(text[start + 3])]
                guard first | second | third | fourth < invalid else { throw .malformed }
                output.append(first << 2 | second >> 4)
                output.append(second << 4 | third >> 2)
                output.append(third << 6 | fourth)
                start += 4
            }
            guard padding > 0 else { return }
            let first = values[Int(text[whole])]
            let second = values[Int(text[whole + 1])]
            let third = padding == 1 ? values[Int(text[whole + 2])] : 0
            // Bits that fill no byte must be zero: else two texts would spell the same bytes.
            let unused = padding == 1 ? third & 0x3 : second & 0xf
            guard first | second | third < invalid, unused == 0 else { throw .malformed }
            output.append(first << 2 | second >> 4)
            if padding == 1 { output.append(second << 4 | third >> 2) }
        }
    }

    /// How many `=` the last group ends with: none, one or two.
    private static func padding(of text: Span<UInt8>) -> Int {
        guard text[text.count - 1] == UInt8(ascii: "=") else { return 0 }
        return text[text.count - 2] == UInt8(ascii: "=") ? 2 : 1
    }

    /// More than any value, even where it is joined with others.
    private static let invalid: UInt8 = 64
    /// By character, what it stands for. Spelt out, it is there before the program runs and needs no look whether it
    /// was made.
    private static let values: [256 of UInt8] = [
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64, 64, 63,
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
        64, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64,
        64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
        41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    ]
}
