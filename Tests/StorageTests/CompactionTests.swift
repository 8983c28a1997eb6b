import FHIR
import Synchronization
import Testing

@testable import Storage

/// Segments that become a base, and what is left whenever that breaks off.
@Suite struct CompactionTests {
    /// A few resources, each of a kind of its own: changed, deleted, revived, made together.
    private func fill(_ store: JournalStore, _ round: Int = 1) async throws {
        for id in ["a", "b", "c"] { try await store.put("Patient/\(id)", family: "\(id)-\(round)") }
        try await store.put("Client/\(round)")
        try await store.put("Patient/a", family: "again-\(round)")
        try await store.delete("Patient/b")
        _ = try await store.commit([.put("Observation/x\(round)"), .put("Patient/c"), .delete(key("Patient/a"))])
        try await store.put("Patient/a", family: "back-\(round)")
    }

    private func open(_ disk: TestDisk, _ settings: CompactionSettings = .init()) throws(StorageError) -> JournalStore {
        try JournalStore.open("store", disk: disk, compaction: settings, clock: TestClock().now).store
    }

    private func files(_ disk: TestDisk) -> [String] {
        disk.state.withLock { $0.files.keys.map { String($0.dropFirst("store/".count)) } }.sorted()
    }

    private func lines(_ disk: TestDisk, _ name: String) -> Int {
        disk.state.withLock { $0.files["store/\(name)"] ?? [] }.count { $0 == Journal.newline }
    }

    private func contents(_ store: JournalStore) -> [StoredVersion?] {
        let keys = ["Patient/a", "Patient/b", "Patient/c", "Client/1", "Client/2", "Observation/x1", "Observation/x2"]
        return keys.map { try? store.current(key($0)) }
    }

    @Test func theStoreIsTheSameAndGoesOn() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        try await fill(store)
        let before = contents(store)
        let report = try await store.compact()
        #expect(report.versions == 10 && report.kept == 10)
        #expect(contents(store) == before)
        #expect(files(disk) == ["base-000000000008.ndjson", "journal-000000000008.ndjson", "lock"])
        #expect(lines(disk, "base-000000000008.ndjson") == 12)

        try await fill(store, 2)
        let after = contents(store)
        await store.close()
        let (again, recovery) = try JournalStore.open("store", disk: disk, clock: TestClock().now)
        #expect(contents(again) == after)
        #expect(recovery.commits == 16 && recovery.file == "store/journal-000000000008.ndjson")
        #expect(try await again.put("Patient/b").version?.version == (after[1]?.version ?? 0) + 1)
        _ = try await again.compact()
        #expect(files(disk) == ["base-000000000017.ndjson", "journal-000000000017.ndjson", "lock"])
        #expect(lines(disk, "base-000000000017.ndjson") == 23)
        await again.close()
        let verified = try JournalStore.verify("store", readOnly: true, disk: disk)
        #expect(verified.findings.isEmpty && verified.commits == 21 && verified.resources == 7)
    }

    @Test func ofOldVersionsAsManyAreKeptAsTheRuleSays() async throws {
        for (rule, kept) in [(HistoryRule.newest(1), 5), (.newest(2), 8), (.all, 10)] {
            let disk = TestDisk()
            var settings = CompactionSettings()
            settings.history = rule
            let store = try open(disk, settings)
            try await fill(store)
            let before = contents(store)
            let report = try await store.compact()
            #expect(report.kept == kept, "\(rule)")
            // Deletes are kept too: else a version would have a number that was given already.
            #expect(try await store.compact().kept == kept)
            await store.close()
            let again = try open(disk, settings)
            #expect(contents(again) == before)
            #expect(try await again.put("Patient/b").version?.version == 3)
            await again.close()
        }
    }

    @Test func writersGoOnMeanwhile() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        try await fill(store)
        let gate = Gate(disk, reading: "store/journal.ndjson")
        let compaction = Task { try await store.compact() }
        await gate.readHasBegun()
        // The compaction stands still.
        for number in 0..<40 { try await store.put("Patient/w\(number)") }
        gate.open()
        _ = try await compaction.value
        let before = contents(store)
        await store.close()
        let again = try open(disk)
        #expect(contents(again) == before)
        for number in 0..<40 { #expect(again.current(try key("Patient/w\(number)"))?.version == 1) }
        await again.close()
    }

    @Test func itBeginsByItselfWhereThereIsEnough() async throws {
        let disk = TestDisk()
        let reports = Mutex<[Result<CompactionReport, StorageError>]>([])
        var settings = CompactionSettings()
        settings.least = 2_000
        settings.report = { report in reports.withLock { $0.append(report) } }
        let store = try open(disk, settings)
        var round = 0
        while reports.withLock({ $0.count }) < 3, round < 1_000 {
            try await store.put("Patient/a", family: "round \(round)")
            round += 1
        }
        await store.close()
        for report in reports.withLock({ $0 }) { #expect(throws: Never.self) { try report.get() } }
        #expect(reports.withLock { $0.count } >= 3)
        #expect(try open(disk).current(key("Patient/a"))?.version == round)
    }

    @Test(arguments: ["open", "pread", "pwrite", "fdatasync", "ftruncate", "rename", "fsync", "flock"])
    func whateverFailsNothingIsLost(call: String) async throws {
        let disk = TestDisk()
        let store = try open(disk)
        try await fill(store)
        let before = contents(store)
        disk.fail(call, with: 5)
        await #expect(throws: StorageError.self) { _ = try await store.compact() }
        disk.fail(call, with: nil)
        #expect(contents(store) == before)
        _ = try? await store.put("Patient/later")
        let later = store.current(try key("Patient/later"))
        await store.close()
        let again = try open(disk)
        #expect(contents(again) == before)
        #expect(again.current(try key("Patient/later")) == later)
        _ = try await again.compact()
        #expect(contents(again) == before)
        #expect(files(disk).count == 3, "\(files(disk))")
        await again.close()
    }

    @Test func whateverStepItIsTheLastOneOfTheStoreIsWhole() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        try await fill(store)
        _ = try await store.compact()
        try await fill(store, 2)
        let before = contents(store)
        let states = Mutex<[[String: [UInt8]]]>([])
        disk.state.withLock { $0.afterCall = { files in states.withLock { $0.append(files) } } }
        _ = try await store.compact()
        await store.close()
        disk.state.withLock { $0.afterCall = nil }
        let all = states.withLock { $0 }
        #expect(all.count > 20)
        for files in all {
            let disk = TestDisk()
            disk.state.withLock {
                $0.files = files
                $0.folders.insert("store")
            }
            let store = try open(disk)
            #expect(contents(store) == before)
            #expect(try await store.put("Patient/b").version?.version == 5)
            await store.close()
            #expect(self.files(disk).count(where: { $0.hasPrefix("base-") }) == 1)
            #expect(!self.files(disk).contains { $0.hasSuffix(".new") })
        }
    }

    @Test func damageIsNotSealedAnew() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        try await fill(store)
        disk.state.withLock { state in
            guard let place = state.files["store/journal.ndjson"]?.firstIndex(of: UInt8(ascii: "x")) else { return }
            state.files["store/journal.ndjson"]?[place] = UInt8(ascii: "y")
        }
        let before = contents(store)
        await #expect(throws: StorageError.self) { _ = try await store.compact() }
        #expect(contents(store) == before)
        #expect(files(disk) == ["journal-000000000008.ndjson", "journal.ndjson", "lock"])
        await store.close()
        #expect(try JournalStore.verify("store", readOnly: true, disk: disk).findings.count == 1)
    }

    @Test(arguments: ["journal.ndjson", "journal-000000000008.ndjson"])
    func aSegmentThatIsMissingIsDamage(name: String) async throws {
        let disk = TestDisk()
        let store = try open(disk)
        try await fill(store)
        if name != "journal.ndjson" { _ = try await store.compact() }
        try await fill(store, 2)
        await store.close()
        disk.state.withLock { _ = $0.files.removeValue(forKey: "store/\(name)") }
        let error = #expect(throws: StorageError.self) {
            try JournalStore.open("store", disk: disk, create: false, clock: TestClock().now)
        }
        #expect(error?.description.contains(name) == true, "\(String(describing: error))")
    }

    @Test func aSegmentWithANumberIsDamageWithoutItsHeader() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        try await fill(store)
        _ = try await store.compact()
        try await fill(store, 2)
        await store.close()
        for length in [0, 1, Journal.header().count - 1] {
            disk.state.withLock { state in
                let path = "store/journal-000000000008.ndjson"
                state.files[path] = Array((state.files[path] ?? []).prefix(length))
            }
            let error = #expect(throws: StorageError.self) { try open(disk) }
            #expect(error?.description.contains("journal-000000000008.ndjson, line 1") == true)
            let report = try JournalStore.verify("store", readOnly: true, disk: disk)
            #expect(report.findings.count == 1 && report.loss.untold == 1, "\(length)")
        }
    }

    @Test func whoClosesDoesNotWaitForAWholeBase() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        try await fill(store)
        let before = contents(store)
        let gate = Gate(disk, reading: "store/journal.ndjson")
        let compaction = Task { try await store.compact() }
        await gate.readHasBegun()
        let writes = disk.calls("pwrite")
        let closing = Task { await store.close() }
        while !store.isClosing.load(ordering: .acquiring) { await Task.yield() }
        gate.open()
        await closing.value
        await #expect(throws: StorageError.self) { try await compaction.value }
        #expect(disk.calls("pwrite") == writes, "nothing of a base was written")
        let again = try open(disk)
        #expect(contents(again) == before)
        await again.close()
    }
}
