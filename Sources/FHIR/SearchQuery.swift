import JSON

/// What a search-type interaction asks for (R4, Search).
package struct SearchQuery: Sendable, Equatable {
    /// The codes of `_total`.
    package enum Total: String, Sendable {
        case none, estimate, accurate
    }

    package static let defaultCount = 50
    /// A greater `_count` means this one: a server may return fewer matches than asked for (R4, Search, page count).
    package static let maximumCount = 1_000
    /// Ids that one `_id` may list.
    package static let maximumIDs = 1_000

    /// The ids to be among, by `_id`; nil for any. Several in one parameter are alternatives, several parameters must
    /// all hold, so none may be left.
    package private(set) var ids: Set<LogicalID>?
    /// Most matches on a page; at least 1.
    package private(set) var count = defaultCount
    /// Whether the number of matches is all that is asked for: `_summary=count`, or `_count=0`, which R4 has treated
    /// the same.
    package private(set) var isCountOnly = false
    package private(set) var total: Total?
    /// The id that the last page ended with, by our own `_cursor`; matches continue behind it.
    package private(set) var cursor: LogicalID?
    /// The names, modifiers included, of parameters that are not honoured, each once, in their order. `_summary` is
    /// among them when it asks for a part of the resources: they come whole, as R4 lets a server do.
    package private(set) var unknown: [String] = []

    private static let known: Set = ["_id", "_count", "_summary", "_total", "_cursor", "_format"]

    /// Fails on a value that its parameter does not know, on any but `_id` given twice, and on a modifier (`_id:not`):
    /// R4 has a server refuse those it does not support, for to ignore one would answer another question.
    package init(_ search: SearchParameters) throws(FHIRError) {
        var seen: Set<String> = []
        for parameter in search.parameters {
            let name = parameter.name
            // By scalars: a colon and a combining mark after it are one character.
            let plain = String(name.unicodeScalars.prefix { $0 != ":" })
            if plain != name, Self.known.contains(plain) {
                throw .malformed(.notSupported, "\(plain) takes no modifier here; send it without", at: plain)
            }
            if !seen.insert(name).inserted && name != "_id" && Self.known.contains(name) {
                throw .malformed(.duplicate, "\(name) is given twice; send it once", at: name)
            }
            switch name {
            case "_id": try restrict(to: parameter.value)
            case "_count":
                let count = try Self.count(parameter)
                if count == 0 { isCountOnly = true } else { self.count = count }
            case "_summary": try setSummary(parameter.value)
            case "_total":
                guard let total = Total(rawValue: parameter.value) else {
                    throw Self.fault(parameter, "one of none, estimate, accurate")
                }
                self.total = total
            case "_cursor":
                guard let cursor = LogicalID(parameter.value) else {
                    throw Self.fault(parameter, "the value from a next link")
                }
                self.cursor = cursor
            case "_format": break
            default: if !unknown.contains(name) { unknown.append(name) }
            }
        }
    }

    /// No id holds a comma, so an escaped one (`\,`, R4, Search, escaping) need not be told from a separator: either
    /// way what stands around it is no id.
    private mutating func restrict(to value: String) throws(FHIRError) {
        var ids: Set<LogicalID> = []
        for part in value.split(separator: ",", omittingEmptySubsequences: false) {
            guard let id = LogicalID(String(part)) else {
                throw .malformed(
                    .value,
                    "_id \(String(part).quotedBriefly) is no id; send ids of 1 to 64 letters, digits, \"-\" or \".\"",
                    at: "_id")
            }
            ids.insert(id)
            guard ids.count <= Self.maximumIDs else {
                throw .malformed(.tooCostly, "_id lists more than \(Self.maximumIDs) ids; send fewer", at: "_id")
            }
        }
        self.ids = self.ids?.intersection(ids) ?? ids
    }

    /// The value of `_count`, the maximum at most.
    static func count(_ parameter: SearchParameters.Parameter) throws(FHIRError) -> Int {
        let value = parameter.value
        guard !value.isEmpty, value.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            throw fault(parameter, "a whole number, 0 or greater")
        }
        // Digits that do not fit are a great number.
        return min(Int(value) ?? .max, maximumCount)
    }

    private mutating func setSummary(_ value: String) throws(FHIRError) {
        switch value {
        case "count": isCountOnly = true
        case "false": break
        case "true", "text", "data": unknown.append("_summary")
        default:
            throw Self.fault(
                SearchParameters.Parameter("_summary", value), "one of count, false, true, text, data")
        }
    }

    static func fault(_ parameter: SearchParameters.Parameter, _ expected: String) -> FHIRError {
        .malformed(
            .value, "\(parameter.name) is \(parameter.value.quotedBriefly); send \(expected)", at: parameter.name)
    }
}
