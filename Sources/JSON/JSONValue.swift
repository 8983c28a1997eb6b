/// A JSON text (RFC 8259) as a value that loses nothing a reader could care for: members keep their order, numbers
/// their text. Two values are equal when they would be written as the same bytes.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The value as an object, or nil when it is anything else.
    package var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The value as an array, or nil when it is anything else.
    package var array: [JSONValue]? {
        if case .array(let array) = self { array } else { nil }
    }

    /// The value as a string, or nil when it is anything else.
    package var string: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// The value as a boolean, or nil when it is anything else.
    package var bool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    /// The value as an integer, or nil when it is anything else or not written as one (see ``JSONNumber/int``).
    package var int: Int? {
        if case .number(let number) = self { number.int } else { nil }
    }
}

extension JSONValue: Equatable {
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.isByteForByte(right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// Of two members with one name the later value counts.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }
}
