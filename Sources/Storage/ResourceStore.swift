package import FHIR

/// Keeps the versions of resources.
///
/// The rules, which one suite of tests holds every store to:
/// * Versions of a key begin at 1 and grow by one; a delete takes one; a put afterwards revives with the next.
/// * `lastUpdated` never goes backwards in a store, whatever the clock does.
/// * What `commit` has returned is durable (as far as the store promises that at all), and no read returns what is not.
/// * Changes of one key happen one after the other, each precondition looked at in that order.
/// * Of the versions of a key a rule of history says how many are kept at least, the newest ones. What is kept has no
///   gap. Older ones may be found until the store is compacted, and then no more.
package protocol ResourceStore: Sendable {
    /// The newest version, a delete too; from memory, never waiting for a disk.
    func current(_ key: ResourceKey) -> StoredVersion?

    /// The version of this number, a delete too; nothing where there never was one, or where it is not kept.
    ///
    /// - Throws: `disk`, and `unreadable` where the disk holds something else than was written.
    func version(_ number: Int, of key: ResourceKey) async throws(StorageError) -> StoredVersion?

    /// Versions of a resource, deletes too, the newest first; nothing where there never was one.
    ///
    /// - Throws: the same.
    func history(of key: ResourceKey, _ page: HistoryPage) async throws(StorageError) -> History?

    /// Another number from the moment that reads see a change of a system resource: what was read of them after one
    /// look at this is current while the next ones find the same.
    var systemRevision: UInt64 { get }

    /// Makes all of these changes, in their order, or none of them, and returns when they are durable; no reader sees
    /// some of them without the others. Each sees those before it, and nothing is committed in between.
    ///
    /// - Throws: `preconditionFailed`; `overloaded`, `full` and `unavailable`, after which nothing of the changes is
    ///   seen, though after a power cut in that very moment they may be there, all of them.
    func commit(_ changes: [Change]) async throws(StorageError) -> [Committed]

    /// Up to `limit` resources that are not deleted, in ascending order of the id's bytes, from the first behind
    /// `after`.
    func page(of type: ResourceType, after: LogicalID?, limit: Int) -> [StoredVersion]

    /// How many resources of the type are not deleted.
    func count(of type: ResourceType) -> Int

    /// The types that have a resource that is not deleted, by name.
    func types() -> [ResourceType]

    var condition: StoreCondition { get }

    /// Sees whether a write would succeed now, so that `condition` is that of this moment; stores nothing.
    func probe() async

    /// Finishes what was accepted and lets go of what is held. Commits afterwards throw `unavailable`.
    func close() async
}

extension ResourceStore {
    /// Makes one change.
    package func commit(_ change: Change) async throws(StorageError) -> Committed {
        try await commit([change])[0]
    }

    /// Whether the change is a put of what is there as it has it, so that it would make a version for nothing.
    package func holds(_ change: Change) -> Bool {
        current(change.key).map { change.leaves($0) } ?? false
    }
}

/// Whether a store takes writes now.
package enum StoreCondition: Sendable, Equatable {
    case writable
    /// The last write failed, for this reason. Reads go on.
    case refusing(String)
}
