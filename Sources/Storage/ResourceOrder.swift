import FHIR

extension ResourceKey {
    /// The order of a base: by type name, then by id, both in the order of their bytes.
    func precedes(_ other: ResourceKey) -> Bool {
        guard type != other.type else { return id < other.id }
        return type.rank < other.type.rank
    }

    /// The same, and then by version.
    func precedes(_ other: ResourceKey, versions: (Int, Int)) -> Bool {
        self == other ? versions.0 < versions.1 : precedes(other)
    }
}

extension ResourceType {
    /// By `place`: how many types have a name before this one's.
    private static let ranks: [Int] = {
        var ranks = [Int](repeating: 0, count: all.count)
        let sorted = all.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for (rank, type) in sorted.enumerated() { ranks[type.place] = rank }
        return ranks
    }()

    fileprivate var rank: Int { Self.ranks[place] }
}
