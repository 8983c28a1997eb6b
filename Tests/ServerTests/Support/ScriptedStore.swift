import FHIR
import Storage
import Synchronization

/// A store in memory that a test can break and mend.
final class ScriptedStore: ResourceStore {
    private let memory: MemoryStore
    /// What the next commits, and reads of old versions, throw.
    let fault = Mutex<StorageError?>(nil)
    /// Looks at single resources.
    let looks = Atomic(0)
    /// What happens while a page is read.
    let duringPage = Mutex<@Sendable () -> Void>({})
    /// What a probe does.
    let duringProbe = Mutex<@Sendable (ScriptedStore) async -> Void>({ _ in })

    /// Tue, 14 Nov 2023 22:13:20.123 GMT, for ever.
    static let clock: @Sendable () -> Instant = { Instant(milliseconds: 1_700_000_000_123) }

    init(keeping rule: HistoryRule = .all) { memory = MemoryStore(history: rule, clock: ScriptedStore.clock) }

    func breaks(with fault: StorageError?) { self.fault.withLock { $0 = fault } }

    func commit(_ changes: [Change]) async throws(StorageError) -> [Committed] {
        if let fault = fault.withLock({ $0 }) { throw fault }
        return try await memory.commit(changes)
    }

    var condition: StoreCondition {
        fault.withLock { $0 }.map { .refusing("\($0)") } ?? .writable
    }

    func current(_ key: ResourceKey) -> StoredVersion? {
        looks.add(1, ordering: .relaxed)
        return memory.current(key)
    }
    func version(_ number: Int, of key: ResourceKey) async throws(StorageError) -> StoredVersion? {
        if let fault = fault.withLock({ $0 }) { throw fault }
        return try await memory.version(number, of: key)
    }
    func history(of key: ResourceKey, _ page: HistoryPage) async throws(StorageError) -> History? {
        if let fault = fault.withLock({ $0 }) { throw fault }
        return try await memory.history(of: key, page)
    }
    var systemRevision: UInt64 { memory.systemRevision }
    func page(of type: ResourceType, after: LogicalID?, limit: Int) -> [StoredVersion] {
        duringPage.withLock { $0 }()
        return memory.page(of: type, after: after, limit: limit)
    }
    func count(of type: ResourceType) -> Int { memory.count(of: type) }
    func types() -> [ResourceType] { memory.types() }
    func probe() async {
        let work = duringProbe.withLock { $0 }
        await work(self)
    }
    func close() async { await memory.close() }
}

extension ResourceStore {
    @discardableResult
    func put(_ json: String) async throws -> Committed { try await commit(try Change.put(try resource(json))) }

    @discardableResult
    func delete(_ text: String) async throws -> Committed { try await commit(Change.delete(try key(text))) }
}
