import Dispatch
package import FHIR
import Synchronization

/// The JSON file store: a folder with an append-only journal of commits, one JSON object a line.
///
/// Commits wait in a list while a sync runs; the store's own queue then takes all of them, looks at their
/// preconditions in order, writes them at once, syncs once, shows them to readers and only then answers. Readers are
/// answered from memory. Callers are never on the queue and the queue is never on a caller's thread.
package final class JournalStore: ResourceStore {
    private static let closed = "the store is closed; the server is stopping"

    private struct Waiting {
        var isClosed = false
        var commits: [PendingCommit] = []
        /// Of their resources.
        var bytes = 0
        /// The queue is at work, or will be, and will find what is added.
        var isDraining = false
    }

    private struct PendingCommit {
        let changes: [Change]
        let answer: CheckedContinuation<Result<[Committed], StorageError>, Never>
    }

    /// What the queue alone uses. The mutex never waits; it is there to show the compiler.
    struct Desk {
        var writer: JournalWriter
        var lastUpdated: Instant?
        var compaction: Compaction
    }

    /// What readers see, which nobody but the queue changes.
    struct View {
        fileprivate(set) var index: VersionIndex
        var past: Past

        fileprivate mutating func record(_ version: StoredVersion) {
            if let superseded = index.record(version) { past.note(superseded) }
        }
    }

    /// What a batch is drafted over.
    private struct Index: VersionSource {
        let store: JournalStore

        init(_ store: JournalStore) { self.store = store }

        func current(_ key: ResourceKey) -> StoredVersion? { store.current(key) }

        /// A page at a time, so that no reader waits for long.
        func first(of type: ResourceType, where isWanted: (StoredVersion) -> Bool) -> StoredVersion? {
            var last: LogicalID?
            while true {
                let page = store.page(of: type, after: last, limit: JournalStore.walkPage)
                guard let end = page.last else { return nil }
                if let found = page.first(where: isWanted) { return found }
                last = end.key.id
            }
        }
    }

    let view: Mutex<View>
    private let revision = SystemRevision()
    private let waiting = Mutex(Waiting())
    let desk: Mutex<Desk>
    private let health: StoreHealth
    let lock: Mutex<FolderLock?>
    let queue = DispatchQueue(label: "keyward.store")
    /// Where segments are taken into a base, beside the writers.
    let compacting = DispatchQueue(label: "keyward.store.compaction", qos: .utility)
    /// Where old versions are read, beside the writers.
    let reading = DispatchQueue(label: "keyward.store.reading")
    let folder: String
    let disk: any Disk
    let settings: CompactionSettings
    /// No compaction is wanted any more.
    let isClosing = Atomic(false)
    private let waitingLimit: Int
    private let clock: @Sendable () -> Instant

    /// Bytes of resources that may wait for the disk; what comes behind them is `overloaded`.
    private static let waitingBytes = 64 << 20

    /// Bytes of resources after which a batch is closed, so that a sync is not held up by a long write.
    private static let batchBytes = 4 << 20

    /// A store over files that were read to their end. `waitingLimit` is the number of commits that may wait.
    init(
        _ folder: String, on disk: any Disk, index: consuming VersionIndex, past: Past, from reader: StoreReader,
        lock: consuming FolderLock, waitingLimit: Int, compaction: CompactionSettings, health: StoreHealth,
        clock: @escaping @Sendable () -> Instant
    ) {
        view = Mutex(View(index: index, past: past))
        desk = Mutex(
            Desk(
                writer: JournalWriter(reader.lastFile, after: reader.last), lastUpdated: reader.time,
                compaction: Compaction(reader)))
        self.folder = folder
        self.disk = disk
        settings = compaction
        self.health = health
        self.lock = Mutex(lock)
        self.waitingLimit = waitingLimit
        self.clock = clock
    }

    package func current(_ key: ResourceKey) -> StoredVersion? {
        view.withLock { $0.index.current(key) }
    }

    package var systemRevision: UInt64 { revision.number }

    package func page(of type: ResourceType, after: LogicalID?, limit: Int) -> [StoredVersion] {
        view.withLock { $0.index.page(of: type, after: after, limit: limit) }
    }

    package func count(of type: ResourceType) -> Int {
        view.withLock { $0.index.count(of: type) }
    }

    package func types() -> [ResourceType] {
        view.withLock { $0.index.types }
    }

    package func commit(_ changes: [Change]) async throws(StorageError) -> [Committed] {
        let result = await withCheckedContinuation { answer in
            enqueue(PendingCommit(changes: changes, answer: answer))
        }
        return try result.get()
    }

    /// Commits that wait for the batch before theirs.
    package var waitingCommits: Int { waiting.withLock { $0.commits.count } }

    private func enqueue(_ commit: PendingCommit) {
        let refusal: StorageError? = waiting.withLock { waiting in
            if waiting.isClosed { return .unavailable(Self.closed) }
            guard waiting.commits.count < waitingLimit, waiting.bytes < Self.waitingBytes else {
                return .overloaded(waiting: waiting.commits.count)
            }
            waiting.commits.append(commit)
            waiting.bytes += commit.changes.reduce(0) { $0 + $1.bytes }
            if !waiting.isDraining {
                waiting.isDraining = true
                queue.async { self.drain() }
            }
            return nil
        }
        if let refusal { commit.answer.resume(returning: .failure(refusal)) }
    }

    /// Settles batches until nothing waits.
    private func drain() {
        while true {
            let commits = waiting.withLock { waiting in
                waiting.isDraining = !waiting.commits.isEmpty
                defer { (waiting.commits, waiting.bytes) = ([], 0) }
                return waiting.commits
            }
            if commits.isEmpty { return }
            var rest = commits[...]
            while !rest.isEmpty { rest = desk.withLock { settle(rest, at: &$0) } }
        }
    }

    /// Makes one batch of the first commits durable and answers them; returns those that did not fit.
    private func settle(_ commits: ArraySlice<PendingCommit>, at desk: inout Desk) -> ArraySlice<PendingCommit> {
        let time = clock().orLater(desk.lastUpdated)
        var draft = Draft(over: Index(self), behind: desk.writer.sequence)
        var results: [Result<[Committed], StorageError>] = []
        var bytes = 0
        for commit in commits where bytes < Self.batchBytes {
            let result = Result { () throws(StorageError) in try draft.commit(commit.changes, at: time) }
            results.append(result)
            guard let committed = try? result.get() else { continue }
            bytes += committed.reduce(0) { $0 + ($1.version?.body?.count ?? 0) }
        }
        if !draft.commits.isEmpty {
            do {
                try desk.writer.append(draft.commits)
                desk.lastUpdated = time
                health.set(.writable)
                let length = desk.writer.length
                view.withLock { $0.past.grow(to: length) }
                for versions in draft.commits {
                    view.withLock { view in
                        for version in versions {
                            view.record(version)
                            revision.note(version)
                        }
                    }
                }
            } catch {
                // A precondition that failed may have failed on a version that now never was: all share the fate.
                health.set(.refusing(error.description))
                results = results.map { _ in .failure(error) }
            }
        }
        for (commit, result) in zip(commits, results) { commit.answer.resume(returning: result) }
        considerCompaction(&desk)
        return commits.dropFirst(results.count)
    }

    /// After what may have been the end of all writing.
    func noteStop(of writer: JournalWriter) {
        if let reason = writer.isStopped { health.set(.refusing(reason)) }
    }

    /// While it refuses, each look makes the store see, on its queue, whether there is room again: a server that is
    /// taken out of service for a full disk gets no write that would tell.
    package var condition: StoreCondition {
        health.look { queue.async { self.tryRoom() } }
    }

    package func probe() async {
        await withCheckedContinuation { done in
            queue.async {
                self.tryRoom()
                done.resume()
            }
        }
    }

    private func tryRoom() {
        let condition = desk.withLock { desk in
            do throws(StorageError) {
                try desk.writer.tryRoom()
                return StoreCondition.writable
            } catch {
                return .refusing(error.description)
            }
        }
        health.set(condition, isEndOfTry: true)
    }

    package func close() async {
        // Whatever was accepted before is settled on the queue before this.
        waiting.withLock { $0.isClosed = true }
        await stopCompaction()
        await withCheckedContinuation { done in
            queue.async {
                self.desk.withLock { $0.writer.stop(Self.closed) }
                self.health.end(Self.closed)
                self.lock.withLock { $0 = nil }
                done.resume()
            }
        }
    }
}
