package import FHIR
import Synchronization

/// A store that forgets everything when the process ends.
package final class MemoryStore: ResourceStore {
    private struct State {
        var index = VersionIndex()
        /// Of each resource the versions before the newest one that are kept, in their order.
        var superseded: [ResourceKey: [StoredVersion]] = [:]
        var commits = 0
        var lastUpdated: Instant?
        var isClosed = false

        mutating func record(_ version: StoredVersion, _ rule: HistoryRule) {
            guard let before = index.record(version), rule != .newest(1) else { return }
            superseded[version.key, default: []].append(before)
            let count = superseded[version.key]?.count ?? 0
            superseded[version.key]?.removeFirst(count + 1 - rule.kept(of: count + 1))
        }
    }

    private let state = Mutex(State())
    private let revision = SystemRevision()
    private let rule: HistoryRule
    private let clock: @Sendable () -> Instant

    /// - Parameter history: which versions are kept, from each commit on.
    package init(history: HistoryRule = .all, clock: @escaping @Sendable () -> Instant) {
        rule = history
        self.clock = clock
    }

    package func current(_ key: ResourceKey) -> StoredVersion? {
        state.withLock { $0.index.current(key) }
    }

    package func version(_ number: Int, of key: ResourceKey) async throws(StorageError) -> StoredVersion? {
        state.withLock { state in
            guard let current = state.index.current(key), number != current.version else {
                return state.index.current(key)
            }
            guard let kept = state.superseded[key], let first = kept.first?.version,
                (first..<(first + kept.count)).contains(number)
            else { return nil }
            return kept[number - first]
        }
    }

    package func history(of key: ResourceKey, _ page: HistoryPage) async throws(StorageError) -> History? {
        state.withLock { state in
            guard let current = state.index.current(key) else { return nil }
            let superseded = state.superseded[key] ?? []
            var page = page
            var history = History(oldest: (superseded.first ?? current).version, newest: current.version)
            page.add(current, to: &history)
            for version in superseded.reversed() where !page.isFull { page.add(version, to: &history) }
            return history
        }
    }

    package var systemRevision: UInt64 { revision.number }

    package func commit(_ changes: [Change]) async throws(StorageError) -> [Committed] {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .unavailable("the store is closed; the server is stopping") }
            let time = clock().orLater(state.lastUpdated)
            // The draft holds the index: it must be gone before that changes, or all of it is copied.
            let (results, commits) = try Self.draft(changes, over: state.index, behind: state.commits, at: time)
            state.commits += commits.count
            for version in commits.joined() {
                state.lastUpdated = time
                state.record(version, rule)
                revision.note(version)
            }
            return results
        }
    }

    private static func draft(
        _ changes: [Change], over index: VersionIndex, behind last: Int, at time: Instant
    ) throws(StorageError) -> ([Committed], [[StoredVersion]]) {
        var draft = Draft(over: index, behind: last)
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
