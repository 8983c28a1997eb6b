import FHIR

extension Invariant {
    /// Search parameters: decoded as a plain second reader decodes them; encoded and decoded again they are the same;
    /// what is refused is refused in words of one line. A search made of them keeps its bounds, and no known parameter
    /// with a modifier gets through.
    static let search = Invariant("search") { input throws(Broken) in
        let search: SearchParameters
        let plain = plainly(input)
        do throws(FHIRError) {
            search = try SearchParameters(parsing: input.span)
        } catch {
            try require(plain == nil || plain.map { $0.count > SearchParameters.limit } == true, "refused: \(error)")
            return try check(error)
        }
        try require(search.pairs == plain, "decoded to \(search.query)")
        let again = try accepted("encoded it") { () throws(FHIRError) in
            try SearchParameters(parsing: Array(search.query.utf8).span)
        }
        try require(again.pairs == search.pairs, "encoded and decoded it is \(again.query)")
        try require(again.query == search.query, "encoded twice it is \(again.query)")
        try checkQuery(search)
    }

    private static func checkQuery(_ search: SearchParameters) throws(Broken) {
        let query: SearchQuery
        do throws(FHIRError) {
            query = try SearchQuery(search)
        } catch {
            return try check(error)
        }
        try require((1...SearchQuery.maximumCount).contains(query.count), "a count of \(query.count)")
        try require(query.ids.map { $0.count <= SearchQuery.maximumIDs } ?? true, "too many ids")
        for name in search.pairs.map({ $0[0] }) {
            let text = String(decoding: name, as: UTF8.self)
            let isModified = ["_id", "_count", "_summary", "_total", "_cursor", "_format"].contains { known in
                name.starts(with: Array("\(known):".utf8))
            }
            try require(!isModified, "the modifier of \(name.shown) is ignored")
            if !text.hasPrefix("_") { try require(query.unknown.contains(text), "\(text) is passed over in silence") }
        }
    }

    private static func check(_ error: FHIRError) throws(Broken) {
        try require(error.kind == .malformed, "refused as \(error.kind)")
        try require(error.issue.diagnostics.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "not one line: \(error)")
        try require(error.issue.diagnostics.utf8.count < 1_024, "\(error.issue.diagnostics.utf8.count) bytes of words")
    }

    /// Names and values; nothing where one of them cannot be decoded.
    private static func plainly(_ bytes: [UInt8]) -> [[[UInt8]]]? {
        var pairs: [[[UInt8]]] = []
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(halves[0]), let value = decoded(halves.dropFirst().first ?? []) else { return nil }
            pairs.append([name, value])
        }
        return pairs
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        for (index, part) in bytes.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).enumerated() {
            var rest = part
            if index > 0 {
                let digits = String(decoding: part.prefix(2), as: UTF8.self)
                guard digits.utf8.count == 2, digits.utf8.allSatisfy({ $0 > 0x2f }), let byte = UInt8(digits, radix: 16)
                else { return nil }
                decoded.append(byte)
                rest = part.dropFirst(2)
            }
            decoded += rest.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }
        }
        return String(validating: decoded, as: UTF8.self).map { Array($0.utf8) }
    }
}

extension SearchParameters {
    /// Names and values by their bytes: `==` of two texts would take two spellings of é for one.
    fileprivate var pairs: [[[UInt8]]] { parameters.map { [Array($0.name.utf8), Array($0.value.utf8)] } }
}
