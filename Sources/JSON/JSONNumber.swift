/// A number by its text, of any size and precision: `1.10` stays `1.10` and `1e400` stays what it is.
package struct JSONNumber: Sendable, Hashable {
    package let text: String

    /// Nil when `text` is not a number by the grammar of RFC 8259 §6 (`+1`, `01`, `.5`, `1.`, `NaN` are none).
    package init?(_ text: String) {
        let bytes = text.utf8Span.span
        guard let end = try? Self.end(in: bytes, from: 0), end == bytes.count else { return nil }
        self.text = text
    }

    package init(_ int: Int) { text = String(int) }

    /// For text whose grammar has been checked.
    init(checked text: String) { self.text = text }

    /// The value, when it is written as an integer that `Int` holds; nil otherwise, also for `1.0` and `1e2`.
    package var int: Int? { Int(text) }

    /// The index behind the number that begins at `start`, by the grammar of RFC 8259 §6.
    static func end(in bytes: Span<UInt8>, from start: Int) throws(JSONError.At) -> Int {
        var index = start
        func isDigit(_ index: Int) -> Bool {
            index < bytes.count && bytes[index] >= UInt8(ascii: "0") && bytes[index] <= UInt8(ascii: "9")
        }
        func digits(after part: Character) throws(JSONError.At) {
            guard isDigit(index) else { throw JSONError.At(.missingDigit(after: part), index) }
            repeat { index += 1 } while isDigit(index)
        }
        func current(is first: UInt8, or second: UInt8) -> Bool {
            index < bytes.count && (bytes[index] == first || bytes[index] == second)
        }

        let isNegative = bytes.count > start && bytes[start] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let first = index
        try digits(after: "-")
        if bytes[first] == UInt8(ascii: "0") && index > first + 1 { throw JSONError.At(.leadingZero, first) }
        if current(is: UInt8(ascii: "."), or: UInt8(ascii: ".")) {
            index += 1
            try digits(after: ".")
        }
        if current(is: UInt8(ascii: "e"), or: UInt8(ascii: "E")) {
            index += 1
            if current(is: UInt8(ascii: "+"), or: UInt8(ascii: "-")) { index += 1 }
            try digits(after: "e")
        }
        return index
    }
}
