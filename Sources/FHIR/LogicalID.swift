/// The logical id of a resource: 1 to 64 of the ASCII letters, digits, `-` and `.` (R4 data type `id`), ordered by
/// its bytes. It lies where it is kept, so that handing it on counts no reference.
package struct LogicalID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Eight bytes a word, the first one highest, and zeros behind the last: so the order of these numbers is that of
    /// the bytes, and no two ids share them.
    package let words: [8 of UInt64]

    /// Nil when the text is not an id.
    package init?(_ text: String) {
        self.init(text.utf8.span)
    }

    /// Nil when the bytes are not an id; no text is made of them.
    package init?(_ bytes: Span<UInt8>) {
        guard (1...64).contains(bytes.count) else { return nil }
        var words = [8 of UInt64](repeating: 0)
        for index in bytes.indices {
            guard Self.isAllowed(bytes[index]) else { return nil }
            words[index / 8] |= UInt64(bytes[index]) << UInt64(56 - index % 8 * 8)
        }
        self.words = words
    }

    package var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        for index in words.indices {
            var word = words[index]
            while word != 0 {
                bytes.append(UInt8(word >> 56))
                word <<= 8
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    package var description: String { text }

    package static func == (left: LogicalID, right: LogicalID) -> Bool {
        for index in left.words.indices where left.words[index] != right.words[index] { return false }
        return true
    }

    package static func < (left: LogicalID, right: LogicalID) -> Bool {
        for index in left.words.indices where left.words[index] != right.words[index] {
            return left.words[index] < right.words[index]
        }
        return false
    }

    package func hash(into hasher: inout Hasher) {
        for index in words.indices where words[index] != 0 { hasher.combine(words[index]) }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
