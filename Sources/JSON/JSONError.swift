/// Why a text is not the JSON we take, and where. It quotes at most 64 characters of the text, and of more than one
/// only a member's name.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    package enum Fault: Sendable, Equatable {
        case emptyText
        case byteOrderMark
        case unexpected(byte: UInt8, expected: String)
        case unexpectedEnd(expected: String)
        case trailingText
        case leadingZero
        case missingDigit(after: Character)
        case controlCharacter(UInt8)
        case unknownEscape
        case loneSurrogate
        case invalidUTF8
        case duplicateMember(String)
        case tooDeep(maximum: Int)
    }

    /// A fault and the byte where it was found; ``JSONValue/parse(_:maximumDepth:)`` makes line and column of it.
    struct At: Error {
        let fault: Fault
        let offset: Int

        init(_ fault: Fault, _ offset: Int) {
            self.fault = fault
            self.offset = offset
        }
    }

    package let fault: Fault
    /// 1-based; a line ends with a line feed.
    package let line: Int
    /// 1-based, in characters (Unicode scalars) of the line, not bytes.
    package let column: Int

    init(_ at: At, in bytes: Span<UInt8>) {
        fault = at.fault
        var line = 1
        var column = 1
        for index in 0..<min(at.offset, bytes.count) {
            if bytes[index] == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if bytes[index] & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column): \(fault)" }
}

extension JSONError.Fault: CustomStringConvertible {
    /// What is wrong, a semicolon, and what to do.
    package var description: String {
        switch self {
        case .emptyText: "the text is empty; send a JSON value"
        case .byteOrderMark: "the text begins with a byte order mark; send UTF-8 without one"
        case .unexpected(let byte, let expected): "unexpected \(name(of: byte)); expected \(expected)"
        case .unexpectedEnd(let expected): "the text ends too early; expected \(expected)"
        case .trailingText: "more text follows the value; send exactly one JSON value"
        case .leadingZero: "a number begins with a needless zero; remove it"
        case .missingDigit(let part): "a digit is missing after \"\(part)\" in a number; write one or drop the part"
        case .controlCharacter(let byte):
            "a string holds the control character \(hex(byte)); escape it as \\u00\(hex2(byte))"
        case .unknownEscape: "an unknown escape in a string; use one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"
        case .loneSurrogate: "half of a surrogate pair in a string; escape both halves, or send the character in UTF-8"
        case .invalidUTF8: "a string is not valid UTF-8; send the text in UTF-8"
        case .duplicateMember(let name): "duplicate member \(name.quotedBriefly); keep one of them"
        case .tooDeep(let maximum): "arrays and objects nest deeper than \(maximum) levels; send a flatter value"
        }
    }

    private func name(of byte: UInt8) -> String {
        byte > 0x20 && byte < 0x7F ? "character \"\(Character(Unicode.Scalar(byte)))\"" : "byte \(hex(byte))"
    }

    private func hex(_ byte: UInt8) -> String { "0x\(hex2(byte))" }

    private func hex2(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
