/// What a value holds that hardly anybody means, though it is a value: mostly a slip of whoever wrote the file.
package enum ValueOddity: Sendable, CaseIterable {
    /// No password of the Basic scheme: those are UTF-8 here (RFC 7617 §2.1).
    case notUTF8
    case byteOrderMark
    /// Also behind the one line ending that does not count.
    case carriageReturn
    /// Only in the line ending that does not count here, but may where the file is read by another.
    case windowsEnding
    /// With no carriage return.
    case lineBreak
    /// Another control character, which no Basic password may hold (RFC 7617 §2) and no text of several lines needs.
    case controlCharacter
    /// A space, or what Unicode counts as one, at the beginning or at the end.
    case outerWhiteSpace

    /// Those of the value in a file: its bytes less one line ending. None of them is kept anywhere.
    package static func all(in path: FilePath, _ files: any FileSystem) throws(Errno) -> [ValueOddity] {
        try files.open(path).contents(limit: SecretReader.limit).withBytes { bytes in
            let value = bytes.extracting(0..<bytes.countOfValue)
            let found = all(in: value)
            let endsAsInWindows = bytes.count == value.count + 2 && !found.contains(.carriageReturn)
            return endsAsInWindows ? found + [.windowsEnding] : found
        }
    }

    /// What is no text is nothing else: its bytes only happen to be the codes of something.
    static func all(in value: Span<UInt8>) -> [ValueOddity] {
        guard let text = try? UTF8Span(validating: value) else { return [.notUTF8] }
        var first: Unicode.Scalar?
        var last: Unicode.Scalar?
        var found: Set<ValueOddity> = []
        var scalars = text.makeUnicodeScalarIterator()
        while let scalar = scalars.next() {
            first = first ?? scalar
            last = scalar
            switch scalar {
            case "\r": found.insert(.carriageReturn)
            case "\n": found.insert(.lineBreak)
            case _ where scalar.properties.generalCategory == .control: found.insert(.controlCharacter)
            default: break
            }
        }
        if first == "\u{feff}" { found.insert(.byteOrderMark) }
        if [first, last].contains(where: { $0?.isSpace ?? false }) { found.insert(.outerWhiteSpace) }
        // CRLF is one slip, not two.
        if found.contains(.carriageReturn) { found.remove(.lineBreak) }
        return allCases.filter { found.contains($0) }
    }
}

extension Span<UInt8> {
    /// Less one `\n` or `\r\n` at the end.
    fileprivate var countOfValue: Int {
        guard count > 0, self[count - 1] == UInt8(ascii: "\n") else { return count }
        return count > 1 && self[count - 2] == UInt8(ascii: "\r") ? count - 2 : count - 1
    }
}

extension Unicode.Scalar {
    /// White space that is no control character.
    fileprivate var isSpace: Bool { properties.isWhitespace && properties.generalCategory != .control }
}
