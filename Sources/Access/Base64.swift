internal import Vault

/// Reads base64 (RFC 4648 §4), strictly: the standard alphabet, padded to whole groups of four, unused bits zero,
/// nothing before, between or after.
///
/// It is our own so that what it decodes lies in one place, which is overwritten, and in none of a decoder's.
enum Base64 {
    /// What `text` spells.
    static func decode(_ text: Span<UInt8>) throws(BasicCredentials.Fault) -> SecretBytes {
        guard !text.isEmpty, text.count % 4 == 0 else { throw .malformed }
        let values = values
        let padding = padding(of: text)
        return try SecretBytes(capacity: text.count / 4 * 3) { output throws(BasicCredentials.Fault) in
            var start = 0
            while start < text.count {
                let missing = start + 4 == text.count ? padding : 0
                let first = values[Int(text[start])]
                let second = values[Int(text[start + 1])]
                let third = missing < 2 ? values[Int(text[start + 2])] : 0
                let fourth = missing < 1 ? values[Int(text[start + 3])] : 0
                guard first | second | third | fourth < invalid else { throw .malformed }
                output.append(first << 2 | second >> 4)
                if missing < 2 { output.append(second << 4 | third >> 2) }
                if missing < 1 { output.append(third << 6 | fourth) }
                // Bits that fill no byte must be zero: else two texts would spell the same bytes.
                let unused = missing == 2 ? second & 0xf : missing == 1 ? third & 0x3 : 0
                guard unused == 0 else { throw .malformed }
                start += 4
            }
        }
    }

    /// How many `=` the last group ends with: none, one or two.
    private static func padding(of text: Span<UInt8>) -> Int {
        guard text[text.count - 1] == UInt8(ascii: "=") else { return 0 }
        return text[text.count - 2] == UInt8(ascii: "=") ? 2 : 1
    }

    /// More than any value, even where it is joined with others.
    private static let invalid: UInt8 = 0x40
    /// By character, what it stands for.
    private static let values: [UInt8] = {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.utf8.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
