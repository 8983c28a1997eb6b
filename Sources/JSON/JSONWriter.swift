extension JSONValue {
    /// The value as compact JSON.
    package var serialized: [UInt8] {
        var out: [UInt8] = []
        write(to: &out)
        return out
    }

    /// Appends the value as compact JSON: members in their order, numbers by their text, and in strings only those
    /// escapes that RFC 8259 §7 requires.
    package func write(to out: inout [UInt8]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let bool): out.append(contentsOf: (bool ? "true" : "false").utf8)
        case .number(let number): out.append(contentsOf: number.text.utf8)
        case .string(let string): string.writeAsJSON(to: &out)
        case .object(let object): object.write(to: &out)
        case .array(let array):
            out.append(UInt8(ascii: "["))
            for index in array.indices {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                array[index].write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        }
    }
}

extension JSONObject {
    /// The object as compact JSON.
    package var serialized: [UInt8] {
        var out: [UInt8] = []
        write(to: &out)
        return out
    }

    /// Appends the object as compact JSON.
    package func write(to out: inout [UInt8]) {
        write(to: &out) { member, out in member.value.write(to: &out) }
    }

    /// The same, where `write` appends the value of each member.
    package func write(to out: inout [UInt8], each write: (Member, inout [UInt8]) -> Void) {
        out.append(UInt8(ascii: "{"))
        for index in members.indices {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            members[index].name.writeAsJSON(to: &out)
            out.append(UInt8(ascii: ":"))
            write(members[index], &out)
        }
        out.append(UInt8(ascii: "}"))
    }
}

extension String {
    /// Appends the text as a JSON string, quotes included.
    package func writeAsJSON(to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        if utf8.contains(where: \.mustBeEscaped) {
            for byte in utf8 { byte.writeEscaped(to: &out) }
        } else {
            out.append(contentsOf: utf8)
        }
        out.append(UInt8(ascii: "\""))
    }
}

extension UInt8 {
    fileprivate var mustBeEscaped: Bool { self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }

    fileprivate func writeEscaped(to out: inout [UInt8]) {
        guard mustBeEscaped else { return out.append(self) }
        switch self {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), self]
        case 0x08: out.append(contentsOf: "\\b".utf8)
        case 0x0C: out.append(contentsOf: "\\f".utf8)
        case UInt8(ascii: "\n"): out.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): out.append(contentsOf: "\\r".utf8)
        case UInt8(ascii: "\t"): out.append(contentsOf: "\\t".utf8)
        default:
            out.append(contentsOf: (self < 16 ? "\\u000" : "\\u00").utf8)
            out.append(contentsOf: String(self, radix: 16).utf8)
        }
    }
}
