import FHIR

/// What a damaged line says of itself, as far as it is legible. It may be just this that was damaged.
struct LineHead: Sendable, Equatable {
    /// A version that the line says to hold.
    struct Version: Sendable, Equatable {
        let key: ResourceKey
        let version: Int
        /// Nil where that is not legible.
        let isDelete: Bool?
    }

    /// The number of the commit.
    private(set) var sequence: Int?
    private(set) var versions: [Version] = []
    /// These are all versions that the line can have.
    private(set) var isWhole = false

    /// Nothing is legible.
    init() {}

    /// - Parameter line: with its newline, or what is left of it.
    init(_ line: Span<UInt8>) {
        var place = Journal.sealLength
        guard line.count > place else { return }
        if line.skip(.sequence, at: &place) { sequence = line.number(at: &place) }
        let limit = min(line.count, Journal.sealLength + Self.reach)
        while place < limit {
            if line.skip(.type, at: &place) {
                if let version = Self.version(line, at: &place) {
                    let isDelete = version.isDelete ?? Self.isDelete(byEndOf: line)
                    versions = [Version(key: version.key, version: version.version, isDelete: isDelete)]
                    isWhole = true
                }
                break
            }
            if line.skip(.changes, at: &place) {
                readChanges(line, at: &place)
                break
            }
            place += 1
        }
    }

    /// Whether a line of one change, whose action is not legible, was a delete: only a put ends with two braces.
    private static func isDelete(byEndOf line: Span<UInt8>) -> Bool? {
        let count = line.count
        guard count > 3, line[count - 1] == Journal.newline, line[count - 2] == UInt8(ascii: "}") else { return nil }
        switch line[count - 3] {
        case UInt8(ascii: "}"): return false
        case UInt8(ascii: "\""): return true
        default: return nil
        }
    }

    /// Bytes behind the checksum in which the first type, or the changes, are looked for.
    private static let reach = 80

    private mutating func readChanges(_ line: Span<UInt8>, at place: inout Int) {
        while line.skip(versions.isEmpty ? .first : .next, at: &place) {
            guard let version = Self.version(line, at: &place) else { return }
            versions.append(version)
            guard version.isDelete == false else { continue }
            guard line.skip(.sized, at: &place), let length = line.number(at: &place),
                line.skip(.resource, at: &place), length < line.count - place
            else { return }
            place += length + 1
        }
        isWhole = line.skip(.end, at: &place)
    }

    /// A type, whose name has begun, an id and a version, and, where that is legible, whether it was a delete, which is
    /// stepped over.
    private static func version(_ line: Span<UInt8>, at place: inout Int) -> Version? {
        guard let (key, version) = JournalEntry.head(line, at: &place) else { return nil }
        if line.skip(.time, at: &place) { _ = line.quotation(at: &place) }
        guard line.skip(.action, at: &place) else { return Version(key: key, version: version, isDelete: nil) }
        let isDelete = line.skip(.delete, at: &place)
        var behind = place
        let isLegible = isDelete || line.skip(.put, at: &behind) || line.skip(.sized, at: &behind)
        return Version(key: key, version: version, isDelete: isLegible ? isDelete : nil)
    }
}
