/// The condition of an If-Match or If-None-Match field (RFC 9110 §13.1).
///
/// Tags are compared weakly in both: R4 makes version tags weak and yet has them sent in If-Match.
package enum VersionCondition: Sendable, Equatable {
    /// `*`: any version that exists.
    case any
    /// One of these versions. A tag that no version of ours has, such as `"abc"`, adds none.
    case oneOf(Set<Int>)

    /// Whether a resource whose current version this is, or that does not exist, meets the condition of an If-Match.
    /// That of an If-None-Match is its opposite.
    package func isMet(by current: Int?) -> Bool {
        guard let current else { return false }
        switch self {
        case .any: return true
        case .oneOf(let versions): return versions.contains(current)
        }
    }

    /// Reads the values of all lines of the field `name`: `*`, or a list of entity tags, weak or strong.
    package init(_ values: [String], of name: String) throws(FHIRError) {
        var rest = values.joined(separator: ",").utf8[...]
        var versions: Set<Int> = []
        var tags = 0
        var stars = 0
        while true {
            rest = rest.drop(while: Self.isSpaceOrComma)
            guard let first = rest.first else { break }
            if first == UInt8(ascii: "*") {
                rest = rest.dropFirst()
                stars += 1
            } else {
                guard let opaque = Self.takeTag(&rest) else { throw Self.fault(name) }
                if let version = Self.version(of: opaque) { versions.insert(version) }
                tags += 1
            }
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if let next = rest.first, next != UInt8(ascii: ",") { throw Self.fault(name) }
        }
        switch (stars, tags) {
        case (1, 0): self = .any
        case (0, 1...): self = .oneOf(versions)
        default: throw Self.fault(name)
        }
    }

    private static func fault(_ name: String) -> FHIRError {
        .malformed(.value, "\(name) is neither * nor a list of entity tags; send a version as W/\"1\"")
    }

    private static func isSpaceOrComma(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: ",")
    }

    /// entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE (RFC 9110 §8.8.3). A comma may stand inside.
    private static func takeTag(_ rest: inout Substring.UTF8View) -> String? {
        if rest.starts(with: "W/".utf8) { rest = rest.dropFirst(2) }
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        rest = rest.dropFirst()
        guard let close = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        let opaque = rest[..<close]
        guard opaque.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        rest = rest[close...].dropFirst()
        return String(opaque)
    }

    /// Only the number as it is written names a version: `"01"` is another tag.
    private static func version(of opaque: String?) -> Int? {
        guard let opaque, let version = Int(opaque), version > 0, String(version) == opaque else { return nil }
        return version
    }
}
