/// Which versions of a resource a compaction keeps. The last one stays whatever the rule, a delete too: else the next
/// version would have a number that was given already.
package enum HistoryRule: Sendable, Equatable, CustomStringConvertible {
    case all
    /// The newest so many, from 1.
    case newest(Int)

    /// Reads `all`, or a number of versions from 1 in plain decimal digits.
    package init(_ text: String) throws(HistoryRuleFault) {
        if text == "all" {
            self = .all
            return
        }
        let isDecimal = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isDecimal, let count = Int(text), count >= 1 else { throw HistoryRuleFault() }
        self = .newest(count)
    }

    /// The text that is read as this rule.
    package var description: String {
        switch self {
        case .all: "all"
        case .newest(let count): String(count)
        }
    }

    /// How many versions of a resource that has `count` are kept: the last ones.
    func kept(of count: Int) -> Int {
        switch self {
        case .all: count
        case .newest(let limit): min(count, max(limit, 1))
        }
    }
}

/// A text is no history rule.
package struct HistoryRuleFault: Error, Equatable, CustomStringConvertible {
    /// To be put behind the name of the setting.
    package var description: String { "is no rule of history; give all, or how many versions to keep, from 1" }
}
