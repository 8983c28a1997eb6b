/// When a store takes its segments into a base, and what of them.
package struct CompactionSettings: Sendable {
    /// Which versions are kept.
    package var history = HistoryRule.all
    /// Bytes of segments from which on they are taken into a base by themselves, unless the base is larger: then from
    /// its size on.
    package var least = 64 << 20
    /// Bytes of segments from which on they are, however large the base is: they are read again at a start.
    package var most = 256 << 20
    /// Hears of what each compaction did that began by itself.
    package var report: @Sendable (Result<CompactionReport, StorageError>) -> Void = { _ in }

    package init() {}
}

/// What a compaction did.
package struct CompactionReport: Sendable, Equatable {
    /// Versions in the files before, and of them those that were kept.
    package let versions: Int
    package let kept: Int
    /// Bytes of base and sealed segments before, and of the new base.
    package let bytesBefore: Int
    package let bytes: Int
}
