import FHIR
import Glibc
import Synchronization
import Testing

@testable import Storage

/// What a disk that fails does to a running store.
@Suite struct JournalFaultTests {
    @Test(arguments: [ENOSPC, EDQUOT, EFBIG])
    func aFullDiskRefusesWritesReadsOnAndRecoversByItself(_ code: Int32) async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        try await store.put("Patient/a")
        let journal = disk.journal()
        disk.fail("pwrite", with: code)
        let fault = DiskFault(call: "pwrite", path: "store/journal.ndjson", code: code)
        await #expect(throws: StorageError.full(fault)) { try await store.put("Patient/a") }
        #expect(disk.journal() == journal)
        #expect(store.current(try key("Patient/a"))?.version == 1)
        #expect(store.condition != .writable)
        disk.fail("pwrite", with: nil)
        #expect(try await store.put("Patient/a").version?.version == 2)
        #expect(store.condition == .writable)
        await store.close()
        #expect(try JournalStore.opened(on: disk).current(try key("Patient/a"))?.version == 2)
    }

    @Test func thatItRefusesAndNoLongerDoesIsToldOnce() async throws {
        let disk = TestDisk()
        let told = Told()
        let store = try JournalStore.open(
            "store", disk: disk, changed: { condition in told.conditions.withLock { $0.append(condition) } },
            clock: TestClock().now
        ).store
        try await store.put("Patient/a")
        disk.fail("pwrite", with: ENOSPC)
        for _ in 0..<3 { await #expect(throws: StorageError.self) { try await store.put("Patient/a") } }
        await store.probe()
        disk.fail("pwrite", with: nil)
        await store.probe()
        try await store.put("Patient/a")
        await store.close()
        let conditions = told.conditions.withLock { $0 }
        #expect(conditions.count == 2 && conditions.last == .writable, "\(conditions)")
    }

    @Test(arguments: [EIO, EROFS])
    func anotherWriteErrorIsUnavailableUntilItEnds(_ code: Int32) async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        disk.fail("pwrite", with: code)
        let error = await #expect(throws: StorageError.self) { try await store.put("Patient/a") }
        guard case .unavailable(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("errno \(code)"))
        disk.fail("pwrite", with: nil)
        try await store.put("Patient/a")
    }

    @Test func aShortWriteLeavesNothingBehindWhereverItEnds() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        try await store.put("Patient/a")
        let journal = disk.journal()
        for bytes in 0..<200 {
            disk.state.withLock { $0.room = journal.count + bytes }
            await #expect(throws: StorageError.self) { try await store.put("Patient/b") }
            #expect(disk.journal() == journal)
        }
        disk.state.withLock { $0.room = Int.max }
        #expect(try await store.put("Patient/b").version?.version == 1)
        await store.close()
        #expect(try JournalStore.open("store", disk: disk, clock: TestClock().now).recovery.commits == 2)
    }

    @Test func aFailedWriteIsGoneFromTheDiskBeforeTheNextOne() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        let syncs = disk.calls("fdatasync")
        disk.state.withLock { $0.room = ($0.files["store/journal.ndjson"]?.count ?? 0) + 50 }
        await #expect(throws: StorageError.self) { try await store.put("Patient/a") }
        #expect(disk.calls("fdatasync") == syncs + 1)
        // Nor does the store go on when that is not certain.
        disk.fail("fdatasync", with: EIO)
        await #expect(throws: StorageError.self) { try await store.put("Patient/a") }
        disk.fail("fdatasync", with: nil)
        let error = await #expect(throws: StorageError.self) { try await store.put("Patient/a") }
        #expect(error?.description.contains("restart") == true)
    }

    @Test func withoutAnyWriteALookFindsThatThereIsRoomAgain() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        disk.fail("pwrite", with: ENOSPC)
        await #expect(throws: StorageError.self) { try await store.put("Patient/a") }
        let journal = disk.journal()
        disk.fail("pwrite", with: nil)
        while store.condition != .writable { await Task.yield() }
        #expect(disk.journal() == journal)
    }

    @Test func aProbeSeesAFullDiskAndRoomAgainWithoutAnyCommit() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        try await store.put("Patient/a")
        let journal = disk.journal()
        disk.fail("pwrite", with: ENOSPC)
        #expect(store.condition == .writable)
        await store.probe()
        guard case .refusing = store.condition else {
            Issue.record("\(store.condition)")
            return
        }
        disk.fail("pwrite", with: nil)
        await store.probe()
        #expect(store.condition == .writable)
        #expect(disk.journal() == journal)
        #expect(try await store.put("Patient/a").version?.version == 2)
    }

    @Test func allOfABatchShareItsFailure() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        let gate = Gate(disk)
        let first = Task { try await store.put("Patient/a") }
        await gate.syncHasBegun()
        let put = Task { try await store.put("Patient/a") }
        while store.waitingCommits < 1 { await Task.yield() }
        // Would fail on the version that the put, which fails, was to make.
        let conditional = Task { try await store.put("Patient/a", if: .version(1)) }
        while store.waitingCommits < 2 { await Task.yield() }
        disk.fail("pwrite", with: ENOSPC)
        gate.open()
        _ = try await first.value
        for task in [put, conditional] {
            let error = await #expect(throws: StorageError.self) { try await task.value }
            guard case .full = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        #expect(store.current(try key("Patient/a"))?.version == 1)
    }

    @Test func afterAFailedSyncNothingIsWrittenUntilARestart() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        try await store.put("Patient/a")
        let journal = disk.journal()
        disk.fail("fdatasync", with: EIO)
        await #expect(throws: StorageError.self) { try await store.put("Patient/b") }
        disk.fail("fdatasync", with: nil)
        let writes = disk.calls("pwrite")
        let error = await #expect(throws: StorageError.self) { try await store.put("Patient/b") }
        #expect(error?.description.contains("restart") == true)
        #expect(disk.calls("pwrite") == writes)
        #expect(store.current(try key("Patient/a"))?.version == 1)
        #expect(store.current(try key("Patient/b")) == nil)
        guard case .refusing = store.condition else {
            Issue.record("\(store.condition)")
            return
        }
        await store.close()
        // What the kernel may have dropped is not read back.
        #expect(disk.journal() == journal)
        let again = try JournalStore.opened(on: disk)
        #expect(again.current(try key("Patient/b")) == nil)
        try await again.put("Patient/b")
    }

    @Test func aFailedWriteThatCannotBeTakenBackStopsTheStore() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        let length = disk.journal().count
        disk.state.withLock { $0.room = length + 50 }
        disk.fail("ftruncate", with: EIO)
        await #expect(throws: StorageError.self) { try await store.put("Patient/a") }
        disk.state.withLock { $0.room = Int.max }
        disk.fail("ftruncate", with: nil)
        let error = await #expect(throws: StorageError.self) { try await store.put("Patient/a") }
        #expect(error?.description.contains("restart") == true)
        await store.close()
        let (again, recovery) = try JournalStore.open("store", disk: disk, clock: TestClock().now)
        #expect(recovery.cutBytes == 50)
        try await again.put("Patient/a")
    }

    @Test(arguments: ["mkdir", "open", "flock", "ftruncate", "pwrite", "pread", "fdatasync", "fsync"])
    func aCallThatFailsWhileOpeningIsNamed(_ call: String) throws {
        // With a torn tail, which is cut.
        let disk = TestDisk(journal: Journal.header() + [UInt8(ascii: "{")])
        disk.fail(call, with: EIO)
        let error = #expect(throws: StorageError.self) { try JournalStore.opened(on: disk) }
        guard case .disk(let fault) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(fault.call == call)
        #expect(error?.description.contains("Input/output error") == true)
        disk.fail(call, with: nil)
        _ = try JournalStore.opened(on: disk)
    }
}

private final class Told: Sendable {
    let conditions = Mutex<[StoreCondition]>([])
}
