import FHIR

/// Gathers the versions of a store that is being opened. What they are in order of is found once, at the end: to keep
/// a million of them in order all along would take longer.
struct IndexBuilder {
    /// In the order of `ResourceType.all`.
    private var tables = [VersionTable](repeating: VersionTable(), count: ResourceType.all.count)

    /// Adds the next version of its key, and returns the one before.
    mutating func add(_ version: StoredVersion) -> StoredVersion? {
        tables[version.key.type.place].update(version)
    }

    consuming func finish() -> VersionIndex { VersionIndex(tables) }
}
