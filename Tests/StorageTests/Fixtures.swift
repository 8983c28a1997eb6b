import FHIR
import JSON
import Synchronization
import Testing

@testable import Storage

func key(_ text: String) throws -> ResourceKey {
    let parts = text.split(separator: "/").map(String.init)
    return ResourceKey(type: try #require(ResourceType(parts[0])), id: try #require(LogicalID(parts[1])))
}

func resource(_ text: String) throws -> Resource {
    try Resource(try #require(try JSONValue.parse(Array(text.utf8).span, maximumDepth: 100).object))
}

extension Change {
    /// A put of a resource with a number that JSON readers like to spoil.
    static func put(
        _ key: String, family: String = "Chalmers", if precondition: Change.Precondition = .none
    ) throws -> Change {
        let parts = key.split(separator: "/")
        let name: JSONValue = [["family": .string(family)]]
        let text = String(decoding: name.serialized, as: UTF8.self)
        let json = #"{"resourceType":"\#(parts[0])","id":"\#(parts[1])","name":\#(text),"x":1.10}"#
        return try put(try resource(json), if: precondition)
    }
}

extension Change.Precondition {
    /// Nobody of that family is there.
    static func noneOf(family: String) -> Change.Precondition {
        .unique { String(decoding: $0.body ?? [], as: UTF8.self).contains("\"\(family)\"") }
    }
}

extension ResourceStore {
    @discardableResult
    func put(_ key: String, family: String = "Chalmers", if precondition: Change.Precondition = .none) async throws
        -> Committed
    {
        try await commit(try .put(key, family: family, if: precondition))
    }

    @discardableResult
    func delete(_ text: String, if precondition: Change.Precondition = .none) async throws -> Committed {
        try await commit(Change.delete(try key(text), if: precondition))
    }
}

/// A clock that a test sets; it goes on by itself by a millisecond a look.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_700_000_000_000)

    func set(_ value: Int64) { milliseconds.withLock { $0 = value } }

    @Sendable func now() -> Instant {
        milliseconds.withLock {
            $0 += 1
            return Instant(milliseconds: $0)
        }
    }
}

/// A store to hold to the contract. A new one joins by a line in `all`.
struct Backend: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable (TestClock) throws -> any ResourceStore

    static let all = [
        Backend(testDescription: "memory") { MemoryStore(clock: $0.now) },
        Backend(testDescription: "journal") {
            try JournalStore.open("store", disk: TestDisk(), clock: $0.now).store
        },
        Backend(testDescription: "journal on a simulated disk") {
            let disk = SimulatedDisk(seed: 1, order: .none)
            disk.plan(FaultPlan(shortWrites: 30))
            return try JournalStore.open("/store", disk: disk, clock: $0.now).store
        },
    ]
}

extension JournalStore {
    static func opened(on disk: TestDisk) throws(StorageError) -> JournalStore {
        try open("store", disk: disk, clock: TestClock().now).store
    }
}

extension TestDisk {
    /// A disk with a small store, and its journal's lines, each with its newline.
    static func withSmallJournal() async throws -> (disk: TestDisk, lines: [[UInt8]]) {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        try await store.put("Patient/a", family: "{}")
        try await store.put("Patient/b")
        try await store.put("Patient/a", family: "Windsor")
        try await store.delete("Patient/b")
        try await store.put("Patient/c")
        await store.close()
        let lines = disk.journal().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
        return (disk, lines.map { $0 + [UInt8(ascii: "\n")] })
    }
}
