package import FHIR
import Synchronization

/// A store that forgets everything when the process ends.
package final class MemoryStore: ResourceStore {
    private struct State {
        var index = VersionIndex()
        var lastUpdated: Instant?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let revision = SystemRevision()
    private let clock: @Sendable () -> Instant

    package init(clock: @escaping @Sendable () -> Instant) {
        self.clock = clock
    }

    package func current(_ key: ResourceKey) -> StoredVersion? {
        state.withLock { $0.index.current(key) }
    }

    package var systemRevision: UInt64 { revision.number }

    package func commit(_ changes: [Change]) async throws(StorageError) -> [Committed] {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .unavailable("the store is closed; the server is stopping") }
            let time = clock().orLater(state.lastUpdated)
            // The draft holds the index: it must be gone before that changes, or all of it is copied.
            let (results, commits) = try Self.draft(changes, over: state.index, at: time)
            for version in commits.joined() {
                state.lastUpdated = time
                state.index.record(version)
                revision.note(version)
            }
            return results
        }
    }

    private static func draft(
        _ changes: [Change], over index: VersionIndex, at time: Instant
    ) throws(StorageError) -> ([Committed], [[StoredVersion]]) {
        var draft = Draft(over: index)
        return (try draft.commit(changes, at: time), draft.commits)
    }

    package func page(of type: ResourceType, after: LogicalID?, limit: Int) -> [StoredVersion] {
        state.withLock { $0.index.page(of: type, after: after, limit: limit) }
    }

    package func count(of type: ResourceType) -> Int {
        state.withLock { $0.index.count(of: type) }
    }

    package func types() -> [ResourceType] {
        state.withLock { $0.index.types }
    }

    package var condition: StoreCondition {
        state.withLock { $0.isClosed ? .refusing("the store is closed") : .writable }
    }

    package func probe() {}

    package func close() async {
        state.withLock { $0.isClosed = true }
    }
}

extension Instant {
    /// The later of the two: a clock that is set back does not take the store with it.
    func orLater(_ other: Instant?) -> Instant {
        other.map { max(self, $0) } ?? self
    }
}
