/// Which files of a folder are the store, told by their names alone (docs/store.md).
struct StoreFiles: Equatable {
    /// The newest base holds the commits up to this one; nil where there is none.
    private(set) var base: Int?
    /// The commits that the segments to be read follow, in ascending order; 0 is the first segment.
    private(set) var segments: [Int] = []
    /// What an interrupted compaction has left: bases and segments that the newest base has taken in, and what was
    /// never finished.
    private(set) var leftovers: [String] = []

    /// What the names of files end with while they are written.
    static let unfinished = ".new"

    /// The first segment has a name without a number, and is all that a store has that was never compacted.
    static func segment(behind commit: Int) -> String {
        commit > 0 ? numbering.name(commit) : Journal.fileName
    }

    init(names: [String]) {
        let bases = names.compactMap { BaseFile.commits(inName: $0) }
        let journals = names.compactMap { Self.number(ofSegment: $0) }
        base = bases.max()
        let first = base ?? 0
        segments = journals.filter { $0 >= first }.sorted()
        leftovers =
            bases.filter { $0 < first }.map { BaseFile.name(commits: $0) }
            + journals.filter { $0 < first }.map { Self.segment(behind: $0) }
            + names.filter { name in
                guard name.hasSuffix(Self.unfinished) else { return false }
                let whole = String(name.dropLast(Self.unfinished.utf8.count))
                return BaseFile.commits(inName: whole) != nil || Self.number(ofSegment: whole) != nil
            }
    }

    /// There is no store yet.
    var isEmpty: Bool { base == nil && segments.isEmpty }

    /// The segment that must be there and is not: the first, or the one that goes on behind the base. (One that is
    /// missing between others shows in the numbers of the commits.)
    var missing: String? {
        let first = base ?? 0
        return segments.first == first ? nil : Self.segment(behind: first)
    }

    private static let numbering = NumberedName(prefix: "journal-")

    private static func number(ofSegment name: String) -> Int? {
        if name == Journal.fileName { return 0 }
        return numbering.number(in: name).flatMap { $0 > 0 ? $0 : nil }
    }
}
