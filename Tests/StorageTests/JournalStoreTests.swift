import Dispatch
import FHIR
import Foundation
import Synchronization
import Testing

@testable import Storage

/// What the journal promises beyond the contract of every store, on a disk that does as the test says.
@Suite struct JournalStoreTests {
    @Test func reopeningFindsEverythingAndGoesOn() async throws {
        let disk = TestDisk()
        let clock = TestClock()
        let (store, fresh) = try JournalStore.open("store", disk: disk, clock: clock.now)
        #expect(fresh == Recovery(file: "store/journal.ndjson", commits: 0, resources: 0, cutBytes: 0))
        for id in ["c", "a", "b"] { try await store.put("Patient/\(id)", family: id) }
        try await store.put("Observation/a")
        try await store.put("Patient/a", family: "Ö \\ \" \u{1F600}")
        try await store.delete("Patient/b")
        let keys = try ["Patient/a", "Patient/b", "Patient/c", "Observation/a"].map(key)
        let before = keys.map(store.current)
        await store.close()

        clock.set(1_000)
        let (again, recovery) = try JournalStore.open("store", disk: disk, clock: clock.now)
        #expect(recovery == Recovery(file: "store/journal.ndjson", commits: 6, resources: 3, cutBytes: 0))
        #expect(keys.map(again.current) == before)
        #expect(again.page(of: keys[0].type, after: nil, limit: 9).map(\.key.id.text) == ["a", "c"])
        let revived = try #require(try await again.put("Patient/b").version)
        #expect(revived.version == 3)
        #expect(revived.lastUpdated == before[1]?.lastUpdated)
        await again.close()
        #expect(try JournalStore.opened(on: disk).current(keys[1]) == revived)
    }

    @Test func aCommitReturnsAfterItsSyncAndIsNotReadBefore() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        let gate = Gate(disk)
        let syncs = disk.calls("fdatasync")
        let writer = Task { try await store.put("Patient/a") }
        await gate.syncHasBegun()
        #expect(!disk.journal().isEmpty)
        #expect(store.current(try key("Patient/a")) == nil)
        #expect(disk.calls("fdatasync") == syncs)
        gate.open()
        _ = try await writer.value
        #expect(disk.calls("fdatasync") == syncs + 1)
        #expect(store.current(try key("Patient/a"))?.version == 1)
    }

    @Test func commitsThatArriveDuringASyncShareTheNext() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        let gate = Gate(disk)
        let (syncs, writes) = (disk.calls("fdatasync"), disk.calls("pwrite"))
        let first = Task { try await store.put("Patient/first") }
        await gate.syncHasBegun()
        let others = (0..<64).map { number in Task { try await store.put("Patient/\(number)") } }
        while store.waitingCommits < 64 { await Task.yield() }
        gate.open()
        _ = try await first.value
        for other in others { _ = try await other.value }
        #expect(disk.calls("fdatasync") == syncs + 2)
        #expect(disk.calls("pwrite") == writes + 2)
        #expect(store.count(of: try key("Patient/a").type) == 65)
    }

    @Test func moreCommitsThanMayWaitAreOverload() async throws {
        let disk = TestDisk()
        let store = try JournalStore.open("store", disk: disk, waitingLimit: 2, clock: TestClock().now).store
        let gate = Gate(disk)
        let first = Task { try await store.put("Patient/a") }
        await gate.syncHasBegun()
        let others = ["b", "c"].map { id in Task { try await store.put("Patient/\(id)") } }
        while store.waitingCommits < 2 { await Task.yield() }
        await #expect(throws: StorageError.overloaded(waiting: 2)) { try await store.put("Patient/d") }
        gate.open()
        _ = try await first.value
        for other in others { _ = try await other.value }
        try await store.put("Patient/d")
    }

    @Test func closingFinishesWhatWasAccepted() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        let gate = Gate(disk)
        let first = Task { try await store.put("Patient/a") }
        await gate.syncHasBegun()
        let second = Task { try await store.put("Patient/b") }
        while store.waitingCommits < 1 { await Task.yield() }
        let closing = Task { await store.close() }
        gate.open()
        await closing.value
        _ = try await first.value
        _ = try await second.value
        #expect(try JournalStore.opened(on: disk).count(of: try key("Patient/a").type) == 2)
    }

    @Test func openingSyncsTheFileAndEveryFolderAboveBeforeAnyAnswer() throws {
        let disk = TestDisk()
        _ = try JournalStore.open("a/b", disk: disk, clock: TestClock().now)
        #expect(disk.state.withLock({ $0.syncedFolders }) == ["a/b", "a", "."])
        #expect(disk.calls("fdatasync") == 1)
        // A process that was killed may have left lines that only the kernel's memory has.
        _ = try JournalStore.open("a/b", disk: disk, clock: TestClock().now)
        #expect(disk.calls("fdatasync") == 2)
    }

    @Test func theFoldersAboveAreThoseThePathNames() {
        #expect(ancestors(of: "./data") == ["."])
        #expect(ancestors(of: "data") == ["."])
        #expect(ancestors(of: "../a/b/") == ["../a", "..", "."])
        #expect(ancestors(of: "/var/lib/keyward") == ["/var/lib", "/var", "/"])
        #expect(ancestors(of: "/") == [])
    }

    @Test func aSecondOpenerIsToldWhoHoldsTheFolder() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        let holder = "{\"pid\":\(ProcessInfo.processInfo.processIdentifier)}"
        #expect(throws: StorageError.locked(folder: "store", holder: holder)) { try JournalStore.opened(on: disk) }
        await store.close()
        _ = try JournalStore.opened(on: disk)
    }

    @Test func withoutCreatingAFolderWithoutAStoreIsMissing() throws {
        let disk = TestDisk()
        #expect(throws: StorageError.missing(folder: "store")) {
            try JournalStore.open("store", disk: disk, create: false, clock: TestClock().now)
        }
        #expect(disk.state.withLock { $0.files.isEmpty && !$0.folders.contains("store") })
    }

    @Test func everyLineIsJSONAndTheResourceIsItsLastMember() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        #expect(lines.count == 6)
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            #expect(object["crc"] is String)
            guard object["action"] as? String == "put" else { continue }
            let id = try #require(object["id"] as? String)
            let resource = try #require(object["resource"] as? [String: Any])
            #expect(resource["id"] as? String == id)
            #expect((resource["meta"] as? [String: Any])?["versionId"] as? String == "\(object["version"] ?? "")")
            #expect(String(decoding: line, as: UTF8.self).hasSuffix("}}\n"))
        }
    }
}

/// Holds every sync of a disk, or one read, until it is opened.
struct Gate {
    private let began: AsyncStream<Void>
    private let semaphore = DispatchSemaphore(value: 0)

    init(_ disk: TestDisk) {
        let (began, beginning) = AsyncStream.makeStream(of: Void.self)
        self.began = began
        let semaphore = semaphore
        disk.state.withLock {
            $0.beforeSync = {
                beginning.yield()
                semaphore.wait()
                semaphore.signal()
            }
        }
    }

    /// Holds the first read of this file, and no other.
    init(_ disk: TestDisk, reading path: String) {
        let (began, beginning) = AsyncStream.makeStream(of: Void.self)
        self.began = began
        let semaphore = semaphore
        let isHeld = Mutex(false)
        disk.state.withLock {
            $0.beforeRead = { read in
                let isFirst = isHeld.withLock { isHeld in
                    defer { isHeld = isHeld || read == path }
                    return read == path && !isHeld
                }
                guard isFirst else { return }
                beginning.yield()
                semaphore.wait()
            }
        }
    }

    func readHasBegun() async {
        for await _ in began { return }
    }

    func syncHasBegun() async {
        for await _ in began { return }
    }

    func open() { semaphore.signal() }
}
