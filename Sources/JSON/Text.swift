extension String {
    /// Whether both are the same bytes. `==` would also take two spellings of `é` for one, which JSON does not
    /// (RFC 8259 §8.3).
    package func isByteForByte(_ other: String) -> Bool {
        let (mine, theirs) = (utf8.span, other.utf8.span)
        guard mine.count == theirs.count else { return false }
        for index in mine.indices where mine[index] != theirs[index] { return false }
        return true
    }

    /// The text in quotes and with JSON's escapes, cut to 64 characters (Unicode scalars): how foreign text may
    /// appear in a message. Every control character is escaped, also those from U+007F to U+009F, which JSON lets stand
    /// and a terminal obeys.
    package var quotedBriefly: String {
        let limit = 64
        let scalars = unicodeScalars
        let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex) ?? scalars.endIndex
        let brief = end == scalars.endIndex ? self : String(scalars[..<end]) + "…"
        let quoted = String(decoding: JSONValue.string(brief).serialized, as: UTF8.self)
        guard quoted.unicodeScalars.contains(where: \.isControl) else { return quoted }
        return quoted.unicodeScalars.map { scalar in
            scalar.isControl ? "\\u00\(String(scalar.value, radix: 16))" : "\(scalar)"
        }.joined()
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}

/// A member's name as an element of a set. It hashes its bytes: names that differ only in the order of their combining
/// marks would all share the hash of `String`, and a set of them be slow.
struct ExactName: Hashable {
    let text: String

    static func == (left: ExactName, right: ExactName) -> Bool { left.text.isByteForByte(right.text) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
