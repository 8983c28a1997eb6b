import Foundation

/// The table of HTTP's rules in `docs/http.md`: its rows, and what is wrong with them.
struct HTTPTable {
    static let path = "docs/http.md"

    struct Row {
        /// Counted from 1.
        let line: Int
        /// Such as `9112 §3.2`.
        let section: String
        /// `Suite.test`, or `WireCase.list`.
        let tests: [String]
    }

    let rows: [Row]

    init(_ text: String) {
        rows = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let section = cells.first, section.hasPrefix("9110 §") || section.hasPrefix("9112 §") else {
                return nil
            }
            let tests = (cells.last ?? "").split(separator: "`").enumerated().filter { $0.offset.isMultiple(of: 2) }
            return Row(line: index + 1, section: section, tests: tests.map { String($0.element) })
        }
    }

    var sections: Set<String> { Set(rows.map(\.section)) }

    /// Rows without a test, and tests that no file of Tests has. A suite's file is named like it, and holds tests that
    /// stand for themselves too; the lists of `WireCase` are spread over files that begin with its name.
    func findings(tests files: [SourceFile]) -> [Finding] {
        var declared: Set<String> = []
        for file in files where file.area == "Tests" {
            let name = file.path.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
            let isTable = name.hasPrefix("WireCase") && !name.hasSuffix("Tests")
            for line in file.text.code {
                let words = line.words
                guard let at = words.firstIndex(of: isTable ? "let" : "func"), at + 1 < words.count else { continue }
                declared.insert("\(isTable ? "WireCase" : name).\(words[at + 1])")
            }
        }
        return rows.flatMap { row in
            let missing = row.tests.filter { !declared.contains($0) }.map { "no test is named \($0): correct the row" }
            let none = row.tests.isEmpty ? ["the row names no test: name the one that sees the rule kept"] : []
            return (missing + none).map { Finding(path: Self.path, line: row.line, what: $0) }
        }
    }
}
