extension JSONValue {
    /// Deepest nesting that is ever parsed, whatever the caller allows. It keeps the parser, and whoever walks or
    /// releases the value, within 512 KiB of stack (4 MiB without optimisation).
    package static let nestingCeiling = 500

    /// Parses one JSON text by RFC 8259, strictly: no byte order mark, no duplicate members, no text behind the value,
    /// no lone surrogates, only valid UTF-8. `maximumDepth` counts arrays and objects around the innermost one, itself
    /// included; 0 admits neither.
    package static func parse(_ bytes: Span<UInt8>, maximumDepth: Int) throws(JSONError) -> JSONValue {
        var parser = JSONParser(maximumDepth: min(maximumDepth, nestingCeiling))
        do throws(JSONError.At) {
            return try parser.text(bytes)
        } catch {
            throw JSONError(error, in: bytes)
        }
    }
}

/// Recursive descent, one function a production of the grammar (RFC 8259 §2). The bytes are handed down the calls: a
/// stored span would make the parser non-escapable, which the language does not offer yet without a flag.
struct JSONParser {
    let maximumDepth: Int
    var index = 0
    var depth = 0

    mutating func text(_ bytes: Span<UInt8>) throws(JSONError.At) -> JSONValue {
        if bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF {
            throw JSONError.At(.byteOrderMark, 0)
        }
        skipSpace(bytes)
        if index == bytes.count { throw JSONError.At(.emptyText, 0) }
        let value = try value(bytes)
        skipSpace(bytes)
        if index < bytes.count { throw JSONError.At(.trailingText, index) }
        return value
    }

    mutating func value(_ bytes: Span<UInt8>) throws(JSONError.At) -> JSONValue {
        switch current(bytes) {
        case UInt8(ascii: "\""): return .string(try string(bytes))
        case UInt8(ascii: "{"): return .object(try object(bytes))
        case UInt8(ascii: "["): return .array(try array(bytes))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number(bytes))
        case UInt8(ascii: "t"): return try literal(bytes, "true", .bool(true))
        case UInt8(ascii: "f"): return try literal(bytes, "false", .bool(false))
        case UInt8(ascii: "n"): return try literal(bytes, "null", .null)
        default: throw unexpected(bytes, "a value")
        }
    }

    mutating func object(_ bytes: Span<UInt8>) throws(JSONError.At) -> JSONObject {
        /// Up to here a look at every name is faster than a set.
        let fewMembers = 16
        try enter(bytes)
        if take(bytes, UInt8(ascii: "}")) {
            depth -= 1
            return JSONObject()
        }
        var members: [JSONObject.Member] = []
        var names: Set<ExactName> = []
        repeat {
            skipSpace(bytes)
            let start = index
            guard current(bytes) == UInt8(ascii: "\"") else { throw unexpected(bytes, "a member's name in quotes") }
            let name = try string(bytes)
            var isNew = true
            if members.count < fewMembers {
                for member in members where member.name.isByteForByte(name) { isNew = false }
            } else {
                if names.isEmpty { names = Set(members.map { ExactName(text: $0.name) }) }
                isNew = names.insert(ExactName(text: name)).inserted
            }
            guard isNew else { throw JSONError.At(.duplicateMember(name), start) }
            guard take(bytes, UInt8(ascii: ":")) else { throw unexpected(bytes, "\":\"") }
            skipSpace(bytes)
            members.append(JSONObject.Member(name: name, value: try value(bytes)))
        } while take(bytes, UInt8(ascii: ","))
        guard take(bytes, UInt8(ascii: "}")) else { throw unexpected(bytes, "\",\" or \"}\"") }
        depth -= 1
        return JSONObject(distinct: members)
    }

    mutating func array(_ bytes: Span<UInt8>) throws(JSONError.At) -> [JSONValue] {
        try enter(bytes)
        if take(bytes, UInt8(ascii: "]")) {
            depth -= 1
            return []
        }
        var elements: [JSONValue] = []
        repeat {
            skipSpace(bytes)
            elements.append(try value(bytes))
        } while take(bytes, UInt8(ascii: ","))
        guard take(bytes, UInt8(ascii: "]")) else { throw unexpected(bytes, "\",\" or \"]\"") }
        depth -= 1
        return elements
    }

    mutating func number(_ bytes: Span<UInt8>) throws(JSONError.At) -> JSONNumber {
        let start = index
        index = try JSONNumber.end(in: bytes, from: start)
        return JSONNumber(checked: try copy(bytes, start..<index))
    }

    mutating func literal(_ bytes: Span<UInt8>, _ word: StaticString, _ value: JSONValue) throws(JSONError.At)
        -> JSONValue
    {
        for scalar in word.description.utf8 {
            guard current(bytes) == scalar else { throw unexpected(bytes, "\"\(word)\"") }
            index += 1
        }
        return value
    }
}

extension JSONParser {
    /// The byte at hand, or NUL at the end: no production admits a NUL.
    func current(_ bytes: Span<UInt8>) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    mutating func skipSpace(_ bytes: Span<UInt8>) {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    /// Skips space and, if it comes next, `byte`.
    mutating func take(_ bytes: Span<UInt8>, _ byte: UInt8) -> Bool {
        skipSpace(bytes)
        guard current(bytes) == byte else { return false }
        index += 1
        return true
    }

    mutating func enter(_ bytes: Span<UInt8>) throws(JSONError.At) {
        guard depth < maximumDepth else { throw JSONError.At(.tooDeep(maximum: maximumDepth), index) }
        depth += 1
        index += 1
    }

    func unexpected(_ bytes: Span<UInt8>, _ expected: String) -> JSONError.At {
        let fault: JSONError.Fault =
            index < bytes.count
            ? .unexpected(byte: bytes[index], expected: expected) : .unexpectedEnd(expected: expected)
        return JSONError.At(fault, index)
    }
}
