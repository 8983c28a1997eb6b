internal import Transport

/// The field lines of a request that this server knows: the header's bytes with the place of each value in them, so
/// that a request costs the same few allocations however many fields it has. The bytes, credentials among them, are
/// overwritten when these fields end.
package struct RequestFields: ~Copyable, Sendable {
    let header: ReceivedBytes
    private let lines: FieldLines
    /// All field lines, known ones or not.
    package let count: Int

    init(header: consuming ReceivedBytes, lines: FieldLines, count: Int) {
        self.header = header
        self.lines = lines
        self.count = count
    }

    /// Fields from names and values, for requests that come from no wire.
    package init(_ fields: [(FieldName, String)], after start: [UInt8] = []) {
        var header = start
        var lines = FieldLines()
        for (name, value) in fields {
            let start = header.count
            header += value.utf8
            lines.append(name, start..<header.count)
        }
        self.init(header: ReceivedBytes(taking: header), lines: lines, count: lines.count)
    }

    package func has(_ name: FieldName) -> Bool { lines.has(name) }

    /// The bytes of the first line with this name; zeros once these fields are gone.
    package func bytes(_ name: FieldName) -> ArraySlice<UInt8>? {
        guard has(name) else { return nil }
        for index in 0..<lines.count where lines[index].name == name { return header.bytes[lines[index].value] }
        return nil
    }

    /// How many lines have this name.
    package func count(of name: FieldName) -> Int {
        guard has(name) else { return 0 }
        return (0..<lines.count).count { lines[$0].name == name }
    }

    /// The values of all lines with this name as texts, in their order, without the white space around them.
    package func texts(_ name: FieldName) -> [String] {
        guard has(name) else { return [] }
        return (0..<lines.count).filter { lines[$0].name == name }.map {
            String(decoding: header.bytes[lines[$0].value], as: UTF8.self)
        }
    }

    /// All values with this name as one text, joined by commas (RFC 9110 §5.3).
    package subscript(name: FieldName) -> String? {
        guard has(name) else { return nil }
        return texts(name).joined(separator: ", ")
    }
}
