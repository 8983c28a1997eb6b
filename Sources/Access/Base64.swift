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
            for start in stride(from: 0, to: text.count, by: 4) {
                let missing = start + 4 == text.count ? padding : 0
                var bits: UInt32 = 0
                for index in 0..<4 {
                    let value = index < 4 - missing ? values[Int(text[start + index])] : 0
                    guard value != invalid else { throw .malformed }
                    bits = bits << 6 | UInt32(value)
                }
                output.append(UInt8(truncatingIfNeeded: bits >> 16))
                if missing < 2 { output.append(UInt8(truncatingIfNeeded: bits >> 8)) }
                if missing < 1 { output.append(UInt8(truncatingIfNeeded: bits)) }
                // Bits that fill no byte must be zero: else two texts would spell the same bytes.
                let unused: UInt32 = missing == 2 ? 0xffff : missing == 1 ? 0xff : 0
                guard bits & unused == 0 else { throw .malformed }
            }
        }
    }

    /// How many `=` the last group ends with: none, one or two.
    private static func padding(of text: Span<UInt8>) -> Int {
        guard text[text.count - 1] == UInt8(ascii: "=") else { return 0 }
        return text[text.count - 2] == UInt8(ascii: "=") ? 2 : 1
    }

    private static let invalid: UInt8 = 0xff
    /// By character, what it stands for.
    private static let values: [UInt8] = {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.utf8.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
