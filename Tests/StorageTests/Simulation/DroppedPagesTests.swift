import Glibc
import Testing

@testable import Storage

/// What a failed sync leaves in the kernel's memory: pages that reads see and no later sync writes.
@Suite struct DroppedPagesTests {
    /// What the process does about the failed sync, or fails to do.
    enum Aftermath: CaseIterable {
        case theCutFails, theProcessIsKilled
    }

    @Test(arguments: Aftermath.allCases)
    func whatARestartReadsIsDurableAlsoAfterAFailedSync(_ aftermath: Aftermath) async throws {
        var seen = 0
        for seed in 0..<UInt64(60) {
            let disk = SimulatedDisk(seed: seed, order: .kept)
            let store = try JournalStore.open("/store", disk: disk, clock: TestClock().now).store
            try await store.put("Patient/before")
            // Look, write, sync, cut: the sync fails, and so does the cut, or the process ends before it.
            let calls = disk.look { $0.calls }
            var plan = FaultPlan(failures: [calls + 3: EIO])
            switch aftermath {
            case .theCutFails: plan.failures[calls + 4] = EIO
            case .theProcessIsKilled: plan.end = calls + 4
            }
            disk.plan(plan)
            await #expect(throws: StorageError.self) {
                try await store.put("Patient/a", family: String(repeating: "x", count: 20_000))
            }
            disk.restart(.process)
            let again = try JournalStore.open("/store", disk: disk, clock: TestClock().now).store
            let version = again.current(try key("Patient/a"))
            seen += version == nil ? 0 : 1
            // Acknowledged, in the last page of the one before or behind it.
            try await again.put("Patient/b")
            await again.close()
            disk.restart(.machine)
            let last = try JournalStore.open("/store", disk: disk, clock: TestClock().now).store
            #expect(last.current(try key("Patient/a")) == version, "seed \(seed)")
            #expect(last.current(try key("Patient/b"))?.version == 1)
            #expect(last.current(try key("Patient/before"))?.version == 1)
        }
        #expect(seen > 10)
    }

    @Test func aHeaderWhoseSyncFailedIsDurableAfterTheNextStart() throws {
        for seed in 0..<UInt64(60) {
            let disk = SimulatedDisk(seed: seed, order: .none)
            disk.plan(FaultPlan(failures: [12: EIO]))
            #expect(throws: StorageError.self) {
                try JournalStore.open("/store", disk: disk, clock: TestClock().now)
            }
            #expect(disk.look { $0.failed } == ["fdatasync"])
            disk.restart(.process)
            _ = try JournalStore.open("/store", disk: disk, clock: TestClock().now)
            let journal = disk.files["/store/journal.ndjson"]
            disk.restart(.machine)
            #expect(disk.files["/store/journal.ndjson"] == journal, "seed \(seed)")
        }
    }
}
