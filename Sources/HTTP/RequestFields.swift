internal import Transport

/// The field lines of a request that this server knows: the header's bytes with the place of each value in them, so
/// that a request costs the same few allocations however many fields it has. The bytes, credentials among them, are
/// overwritten when these fields end.
package struct RequestFields: ~Copyable, Sendable {
    struct Line {
        let name: FieldName
        let value: Range<Int>
    }

    let header: ReceivedBytes
    private let lines: [Line]
    /// All field lines, known ones or not.
    package let count: Int
    /// A bit for each name that is there: most questions are for one that is not.
    private let names: UInt32

    init(header: consuming ReceivedBytes, lines: [Line], count: Int) {
        self.header = header
        self.lines = lines
        self.count = count
        names = lines.reduce(0) { $0 | $1.name.bit }
    }

    /// Fields from names and values, for requests that come from no wire.
    package init(_ fields: [(FieldName, String)], after start: [UInt8] = []) {
        var header = start
        var lines: [Line] = []
        for (name, value) in fields {
            let start = header.count
            header += value.utf8
            lines.append(Line(name: name, value: start..<header.count))
        }
        self.init(header: ReceivedBytes(taking: header), lines: lines, count: lines.count)
    }

    package func has(_ name: FieldName) -> Bool { names & name.bit != 0 }

    /// The bytes of the first line with this name; zeros once these fields are gone.
    package func bytes(_ name: FieldName) -> ArraySlice<UInt8>? {
        guard has(name) else { return nil }
        for line in lines where line.name == name { return header.bytes[line.value] }
        return nil
    }

    /// How many lines have this name.
    package func count(of name: FieldName) -> Int {
        guard has(name) else { return 0 }
        var count = 0
        for line in lines where line.name == name { count += 1 }
        return count
    }

    /// The values of all lines with this name as texts, in their order, without the white space around them.
    package func texts(_ name: FieldName) -> [String] {
        guard has(name) else { return [] }
        return lines.filter { $0.name == name }.map { String(decoding: header.bytes[$0.value], as: UTF8.self) }
    }

    /// All values with this name as one text, joined by commas (RFC 9110 §5.3).
    package subscript(name: FieldName) -> String? {
        guard has(name) else { return nil }
        return texts(name).joined(separator: ", ")
    }
}

extension FieldName {
    fileprivate var bit: UInt32 { 1 << UInt32(rawValue) }
}
