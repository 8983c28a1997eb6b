import JSON

/// What a history interaction asks for (R4 RESTful API, history).
package struct HistoryQuery: Sendable, Equatable {
    /// Most versions on a page, with the default and the maximum of a search; at least 1.
    package private(set) var count = SearchQuery.defaultCount
    /// Whether the number of versions is all that is asked for: `_count=0`.
    package private(set) var isCountOnly = false
    /// Versions from this moment on are wanted.
    package private(set) var since: Instant?
    /// The version that the last page ended with, by our own `_cursor`; the history continues below it.
    package private(set) var cursor: Int?
    /// The names of parameters that are not honoured, each once, in their order.
    package private(set) var unknown: [String] = []

    /// Fails on a value that its parameter does not know, on any given twice, and on `_at` and `_list`: to ignore those
    /// would answer another question.
    package init(_ search: SearchParameters) throws(FHIRError) {
        var seen: Set<String> = []
        for parameter in search.parameters {
            let name = parameter.name
            if !seen.insert(name).inserted && !unknown.contains(name) {
                throw .malformed(.duplicate, "\(name.quotedBriefly) is given twice; send it once", at: name)
            }
            switch name {
            case "_count":
                let count = try SearchQuery.count(parameter)
                if count == 0 { isCountOnly = true } else { self.count = count }
            case "_since":
                guard let since = Instant(parsing: parameter.value) else {
                    throw SearchQuery.fault(parameter, "an instant such as 2026-11-24T11:14:02Z")
                }
                self.since = since
            case "_cursor":
                guard let cursor = Int(parameter.value), cursor > 0, String(cursor) == parameter.value else {
                    throw SearchQuery.fault(parameter, "the value from a next link")
                }
                self.cursor = cursor
            case "_at", "_list":
                throw .malformed(.notSupported, "\(name) is not supported here; send the request without", at: name)
            case "_format": break
            default: if !unknown.contains(name) { unknown.append(name) }
            }
        }
        guard since == nil || !isCountOnly else {
            throw .malformed(
                .notSupported, "how many versions there are _since a moment is not counted; send _count=0 without it",
                at: "_since")
        }
    }
}
