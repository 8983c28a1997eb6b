/// What a client prefers (RFC 7240, R4 RESTful API). A preference or a value that is not known here is ignored, as is
/// one that cannot be read; of a preference that is given twice the first counts (RFC 7240 §2).
package struct Preferences: Sendable, Equatable {
    /// What to answer a write with.
    package enum Return: String, Sendable {
        case minimal, representation
        case operationOutcome = "OperationOutcome"
    }

    /// What to do about search parameters that are not known, and references that do not resolve.
    package enum Handling: String, Sendable {
        case strict, lenient
    }

    package let `return`: Return?
    package let handling: Handling?

    /// Reads the values of all lines of the Prefer field.
    package init(_ values: [String]) {
        var first: [String: String] = [:]
        for preference in values.flatMap({ Self.split($0, at: ",") }) {
            // What follows a semicolon are the preference's parameters; neither of ours has any.
            let pair = Self.split(Self.split(preference, at: ";").first ?? "", at: "=")
            guard pair.count == 2 else { continue }
            let name = Self.trim(pair[0]).lowercased()
            let value = Self.trim(pair[1])
            let isQuoted = value.utf8.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
            if first[name] == nil { first[name] = isQuoted ? String(value.dropFirst().dropLast()) : value }
        }
        `return` = first["return"].flatMap(Return.init(rawValue:))
        handling = first["handling"].flatMap(Handling.init(rawValue:))
    }

    /// The parts between separators that stand outside quoted strings.
    private static func split(_ text: String, at separator: Character) -> [String] {
        var isQuoted = false
        var isEscaped = false
        return text.split(omittingEmptySubsequences: false) { character in
            defer { isEscaped = isQuoted && character == "\\" && !isEscaped }
            if character == "\"" && !isEscaped { isQuoted.toggle() }
            return character == separator && !isQuoted
        }.map(String.init)
    }

    private static func trim(_ text: String) -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
