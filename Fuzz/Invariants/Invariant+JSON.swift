import JSON

extension Invariant {
    /// JSON (RFC 8259): what is accepted is written so that it is the same value when parsed again, and the same bytes
    /// when written again; every word outside strings is a literal or a number; without escapes what is written is the
    /// text itself but for the space between tokens, every number by its text; the depth admitted is exactly the depth
    /// needed; a number alone is one for `JSONNumber` too. What is refused is refused at a place within the text, in
    /// words of one line.
    static let json = Invariant("json") { input throws(Broken) in
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(input.span, maximumDepth: JSONValue.nestingCeiling)
        } catch {
            return try checkPlace(error, in: input)
        }
        let written = value.serialized
        let again = try parsed(written, "what was written")
        try require(again == value, "written and parsed it is another value: \(written.shown)")
        try require(again.serialized == written, "written twice it is other bytes: \(again.serialized.shown)")
        let plain = PlainJSON(input)
        try require(try parsed(plain.tokens, "without space") == value, "without space it is another value")
        if !plain.hasEscapes { try require(written == plain.tokens, "it is written as \(written.shown)") }
        for word in plain.words where !["true", "false", "null"].contains(word) {
            try require(PlainJSON.isNumber(word), "\(word) is taken for a number")
        }
        try checkDepth(plain.depth, of: input, value)
        let text = String(decoding: input, as: UTF8.self)
        let isNumber = if case .number = value { input == plain.tokens } else { false }
        try require((JSONNumber(text) != nil) == isNumber, "a number alone: \(isNumber)")
    }

    private static func parsed(_ bytes: [UInt8], _ what: String) throws(Broken) -> JSONValue {
        try accepted(what) { () throws(JSONError) in
            try JSONValue.parse(bytes.span, maximumDepth: JSONValue.nestingCeiling)
        }
    }

    private static func checkDepth(_ depth: Int, of input: [UInt8], _ value: JSONValue) throws(Broken) {
        let same = try accepted("with a depth of \(depth) it") { () throws(JSONError) in
            try JSONValue.parse(input.span, maximumDepth: depth)
        }
        try require(same == value, "with a depth of \(depth) it is another value")
        guard depth > 0 else { return }
        do throws(JSONError) {
            _ = try JSONValue.parse(input.span, maximumDepth: depth - 1)
        } catch {
            return try require(error.fault == .tooDeep(maximum: depth - 1), "too deep, but: \(error)")
        }
        throw Broken("it is \(depth) deep, and \(depth - 1) was enough")
    }

    private static func checkPlace(_ error: JSONError, in input: [UInt8]) throws(Broken) {
        let lines = input.split(separator: 0x0a, omittingEmptySubsequences: false)
        try require((1...lines.count).contains(error.line), "line \(error.line) of \(lines.count)")
        try require((1...(lines[error.line - 1].count + 1)).contains(error.column), "column \(error.column): \(error)")
        try require(error.description.isOneLine, "the words are not one line: \(Array(error.description.utf8).shown)")
        try require(error.description.utf8.count < 1_024, "the words are \(error.description.utf8.count) bytes long")
    }
}

extension String {
    /// Has no character that would move a terminal or end a line of a log.
    var isOneLine: Bool { unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } }
}
