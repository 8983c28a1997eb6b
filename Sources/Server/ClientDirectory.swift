internal import Access
internal import FHIR
internal import JSON
internal import Storage
internal import Synchronization

/// The Clients as authentication needs them, each version of one understood once, and what system resources refer to.
final class ClientDirectory: Sendable {
    /// Clients that are kept understood; beyond that all are forgotten and understood again as they come.
    static let capacity = 100_000
    /// Clients that a walk through all of them takes at once.
    static let walkPage = 1_000

    private final class Entry: Sendable {
        let version: Int
        let client: ClientResource
        let account: ClientAccount
        /// The store's revision at which the version was seen to be the current one.
        let seen: Atomic<UInt64>

        init(version: Int, client: ClientResource, seen revision: UInt64) {
            self.version = version
            self.client = client
            account = ClientAccount(client)
            seen = Atomic(revision)
        }
    }

    private let store: any ResourceStore
    private let known = Mutex<[LogicalID: Entry]>([:])

    init(_ store: any ResourceStore) {
        self.store = store
    }

    /// The Client with this id, as it is stored now.
    func client(_ id: LogicalID) -> ClientResource? { entry(id)?.client }

    /// What its login needs of it.
    func account(_ id: LogicalID) -> ClientAccount? { entry(id)?.account }

    private func entry(_ id: LogicalID) -> Entry? {
        // Before the look at what is stored: a change in between makes it too low, and the next request looks again.
        let revision = store.systemRevision
        let hit = known.withLock { $0[id] }
        if let hit, hit.seen.load(ordering: .relaxed) == revision { return hit }
        guard let current = store.current(ResourceKey(type: .client, id: id)) else { return nil }
        if let hit, hit.version == current.version {
            hit.seen.store(revision, ordering: .relaxed)
            return hit
        }
        guard let client = Self.understand(current) else { return nil }
        let entry = Entry(version: current.version, client: client, seen: revision)
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll() }
            known[id] = entry
        }
        return entry
    }

    /// Every system resource with the secrets that it refers to, a page at a time, so that nobody holds up a writer for
    /// long. Those that are no Clients are understood anew: of them there are few.
    func forEachReferrer(_ body: (ResourceKey, [SecretReference]) -> Void) {
        for type in ResourceType.system {
            var last: LogicalID?
            while true {
                let page = store.page(of: type, after: last, limit: Self.walkPage)
                guard let end = page.last else { break }
                for stored in page {
                    let references =
                        type == .client ? client(stored.key.id)?.references : Self.references(in: stored)
                    if let references { body(stored.key, references) }
                }
                last = end.key.id
            }
        }
    }

    /// A stored Client; nothing when it is deleted, or when it breaks the rules of a Client.
    static func understand(_ stored: StoredVersion) -> ClientResource? {
        resource(stored).flatMap { try? ClientResource($0) }
    }

    /// What a stored resource refers to; nothing when it is deleted, or when it breaks the rules of its type.
    static func references(in stored: StoredVersion) -> [SecretReference]? {
        resource(stored).flatMap { try? $0.checkContent() }
    }

    private static func resource(_ stored: StoredVersion) -> Resource? {
        guard let body = stored.body else { return nil }
        // It kept the limit of nesting that was in force when it came in, which may have been another.
        return try? Resource.decode(
            body.span, as: stored.key.type, id: stored.key.id, maximumDepth: JSONValue.nestingCeiling)
    }
}
