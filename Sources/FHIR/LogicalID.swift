/// The logical id of a resource: 1 to 64 of the ASCII letters, digits, `-` and `.` (R4 data type `id`), ordered by
/// its bytes.
package struct LogicalID: Sendable, Hashable, Comparable {
    package let text: String

    /// Nil when the text is not an id.
    package init?(_ text: String) {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.text = text
    }

    /// Nil when the bytes are not an id; no text is made of them then.
    package init?(_ bytes: Span<UInt8>) {
        guard (1...64).contains(bytes.count) else { return nil }
        for index in bytes.indices where !Self.isAllowed(bytes[index]) { return nil }
        guard let utf8 = try? UTF8Span(validating: bytes) else { return nil }
        text = String(copying: utf8)
    }

    /// Both texts are ASCII, for which the order of strings is that of their bytes.
    package static func < (left: LogicalID, right: LogicalID) -> Bool { left.text < right.text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
