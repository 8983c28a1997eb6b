import FHIR
import Glibc
import Synchronization
import Testing

@testable import Storage

/// Damage that no line tells of, and numbers that nobody writes.
@Suite struct SealedDamageTests {
    private func error(_ body: () async throws -> Void) async -> String {
        let error = await #expect(throws: StorageError.self) { try await body() }
        return error?.description ?? ""
    }

    private func change(_ file: String, on disk: TestDisk, _ body: (inout [UInt8]) -> Void) {
        disk.state.withLock {
            var content = $0.files[file] ?? []
            body(&content)
            $0.files[file] = content
        }
    }

    @Test func wholeLinesThatAreGoneFromTheEndAreNotSealedAway() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        for number in 0..<5 { try await store.put("Patient/\(number)") }
        // As a file system loses what it has synced.
        let journal = disk.journal()
        let last = try #require(journal.dropLast().lastIndex(of: Journal.newline))
        change("store/journal.ndjson", on: disk) { $0.removeSubrange((last + 1)...) }
        let reason = await error { _ = try await store.compact() }
        #expect(reason.contains("ends with commit 4, and was sealed with commit 5"))
        #expect(disk.state.withLock { $0.files.keys.allSatisfy { !$0.contains("base-") } })
        #expect(disk.journal() == Array(journal[...last]))
        await store.close()
    }

    /// A store of two segments, closed, as a compaction leaves it that fails behind its first step.
    private func segmented() async throws -> TestDisk {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        for number in 0..<3 { try await store.put("Patient/\(number)") }
        let journal = disk.journal()
        change("store/journal.ndjson", on: disk) { $0.removeLast(20) }
        _ = await error { _ = try await store.compact() }
        change("store/journal.ndjson", on: disk) { $0 = journal }
        try await store.put("Patient/3")
        await store.close()
        #expect(try JournalStore.verify("store", readOnly: true, disk: disk).findings.isEmpty)
        return disk
    }

    @Test func theLastNewlineOfASealedSegmentCounts() async throws {
        let disk = try await segmented()
        change("store/journal.ndjson", on: disk) { $0[$0.count - 1] = 0 }
        #expect(await error { _ = try JournalStore.opened(on: disk) }.contains("the last newline was changed"))
        let report = try JournalStore.verify("store", readOnly: true, disk: disk)
        #expect(report.findings.count == 1 && report.loss.isNothing)
        let saved = try JournalStore.repair("store", to: "new", disk: disk, clock: TestClock().now)
        #expect(saved.saved == 4 && saved.loss.isNothing)
    }

    @Test func aSegmentThatWasEmptiedIsDamage() async throws {
        for length in [0, 10] {
            let disk = try await segmented()
            change("store/journal-000000000003.ndjson", on: disk) { $0.removeSubrange(length...) }
            let reason = await error { _ = try JournalStore.opened(on: disk) }
            #expect(reason.contains("journal-000000000003.ndjson, line 1: the segment has no whole header"))
            #expect(try JournalStore.verify("store", readOnly: true, disk: disk).findings.count == 1)
        }
    }

    @Test func aBaseHasAsManyCommitsAsItsNameSays() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        for number in 0..<4 { try await store.put("Patient/\(number)") }
        _ = try await store.compact()
        await store.close()
        disk.state.withLock {
            $0.files["store/base-000000000009.ndjson"] = $0.files["store/base-000000000004.ndjson"]
            $0.files["store/journal-000000000009.ndjson"] = $0.files["store/journal-000000000004.ndjson"]
        }
        #expect(await error { _ = try JournalStore.opened(on: disk) }.contains("says that it has 4"))
        #expect(try JournalStore.verify("store", readOnly: true, disk: disk).findings.isEmpty == false)
    }

    @Test(arguments: ["9223372036854775807", "9223372036854775806", "1000000000000000"])
    func aNumberThatNobodyCanReachIsNoNumber(_ number: String) async throws {
        let huge = try #require(Int(number))
        #expect(BaseFile.commits(inName: "base-\(number).ndjson") == nil)
        let line = BaseLine(
            sequence: 1,
            version: StoredVersion(
                key: try key("Patient/a"), version: huge, lastUpdated: Instant(milliseconds: 0), body: Array("{}".utf8)
            ))
        let base = try [line].base(commits: 1)
        let disk = TestDisk()
        disk.state.withLock {
            $0.folders.insert("store")
            $0.files["store/base-000000000001.ndjson"] = base
            $0.files["store/journal-000000000001.ndjson"] = Journal.header(after: Checksum(text: "0123abcd".utf8.span)!)
        }
        #expect(await error { _ = try JournalStore.opened(on: disk) }.contains("not a version as this program writes"))
    }

    @Test func aLockThatCannotBeSignedIsALockAllTheSame() async throws {
        let (disk, _) = try await TestDisk.withSmallJournal()
        change("store/lock", on: disk) { $0 = [] }
        disk.fail("pwrite", with: ENOSPC)
        #expect(try JournalStore.verify("store", readOnly: false, disk: disk).resources == 2)
    }

    @Test func aWriteOfWhichNothingWasTakenNeedsNoCut() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        // A file system that has become read-only refuses both.
        disk.fail("pwrite", with: EROFS)
        disk.fail("ftruncate", with: EROFS)
        let reason = await error { try await store.put("Patient/a") }
        #expect(reason.contains("errno 30") && !reason.contains("restarted"))
        disk.fail("pwrite", with: nil)
        disk.fail("ftruncate", with: nil)
        #expect(try await store.put("Patient/a").version?.version == 1)
    }

    @Test func aLongCommitIsReadOnceByACompactionAndNotOnceAVersion() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        _ = try await store.commit((0..<300).map { try .put("Patient/\($0)") })
        let size = disk.journal().count
        let reads = disk.calls("pread")
        _ = try await store.compact()
        await store.close()
        // Of 61 bytes each: the journal twice, its changes one by one, and the new base.
        #expect(disk.calls("pread") - reads < size / 61 * 8)
        #expect(try JournalStore.opened(on: disk).count(of: try key("Patient/a").type) == 300)
    }

    @Test func aSegmentThatCannotBeSealedIsTheEndOfWriting() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        try await store.put("Patient/a")
        disk.fail("fdatasync", with: EIO)
        _ = await error { _ = try await store.compact() }
        disk.fail("fdatasync", with: nil)
        #expect(store.condition != .writable)
    }

    @Test func whatWaitsForTheDiskIsBoundedInBytesToo() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        let gate = Gate(disk)
        let change = try Change.put("Patient/a", family: String(repeating: "x", count: 8 << 20))
        let first = Task { try await store.put("Patient/first") }
        await gate.syncHasBegun()
        let refusals = Refusals()
        let others = (0..<12).map { _ in
            Task {
                do throws(StorageError) {
                    _ = try await store.commit(change)
                } catch {
                    refusals.errors.withLock { $0.append(error) }
                }
            }
        }
        while store.waitingCommits + refusals.errors.withLock({ $0.count }) < 12 { await Task.yield() }
        gate.open()
        for other in others { await other.value }
        // Those beyond 64 MiB were refused while the disk stood still, and no others.
        #expect(refusals.errors.withLock { $0 } == Array(repeating: .overloaded(waiting: 8), count: 4))
        _ = try await first.value
        await store.close()
    }
}

private final class Refusals: Sendable {
    let errors = Mutex<[StorageError]>([])
}
