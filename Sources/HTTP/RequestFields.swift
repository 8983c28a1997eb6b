internal import Transport

/// The field lines of a request: the header's bytes with the place of each name and value in them, so that a request
/// costs the same few allocations however many fields it has. A class, so that the bytes, credentials among them, are
/// overwritten when the last who holds it lets go.
package final class RequestFields: Sendable {
    struct Line {
        let name: Range<Int>
        let value: Range<Int>
    }

    private let header: ReceivedBytes
    private let lines: [Line]

    init(header: consuming ReceivedBytes, lines: [Line]) {
        self.header = header
        self.lines = lines
    }

    /// Fields from names and values, for requests that come from no wire.
    package convenience init(_ fields: [(FieldName, String)] = []) {
        var header: [UInt8] = []
        var lines: [Line] = []
        for (name, value) in fields {
            let start = header.count
            header += name.lowercase
            let middle = header.count
            header += value.utf8
            lines.append(Line(name: start..<middle, value: middle..<header.count))
        }
        self.init(header: ReceivedBytes(taking: header), lines: lines)
    }

    package var count: Int { lines.count }

    /// The values of all lines with this name, in their order, without the white space around them.
    package func values(_ name: FieldName) -> [ArraySlice<UInt8>] {
        lines.filter { matches($0, name) }.map { header.bytes[$0.value] }
    }

    /// The bytes of the first line with this name; zeros once these fields are gone.
    package func bytes(_ name: FieldName) -> ArraySlice<UInt8>? {
        for line in lines where matches(line, name) { return header.bytes[line.value] }
        return nil
    }

    /// How many lines have this name.
    package func count(of name: FieldName) -> Int {
        var count = 0
        for line in lines where matches(line, name) { count += 1 }
        return count
    }

    /// The values of all lines with this name as texts.
    package func texts(_ name: FieldName) -> [String] {
        values(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// All values with this name as one text, joined by commas (RFC 9110 §5.3).
    package subscript(name: FieldName) -> String? {
        let all = texts(name)
        return all.count > 1 ? all.joined(separator: ", ") : all.first
    }

    private func matches(_ line: Line, _ name: FieldName) -> Bool {
        guard line.name.count == name.lowercase.count else { return false }
        var index = line.name.lowerBound
        for byte in name.lowercase {
            guard header.bytes[index].asciiLowercase == byte else { return false }
            index += 1
        }
        return true
    }
}
