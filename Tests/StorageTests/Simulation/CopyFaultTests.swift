import FHIR
import Glibc
import Testing

@testable import Storage

/// A backup and a repair of which each call to the disk in its turn fails, or is the last one before the power goes.
@Suite struct CopyFaultTests {
    enum Copy: CaseIterable {
        case backup, repair

        /// Makes it; false where it failed.
        func make(on disk: SimulatedDisk) -> Bool {
            do throws(StorageError) {
                switch self {
                case .backup: _ = try JournalStore.backup("/srv/store", to: "/srv/copy", disk: disk)
                case .repair:
                    _ = try JournalStore.repair("/srv/store", to: "/srv/copy", disk: disk, clock: TestClock().now)
                }
                return true
            } catch {
                return false
            }
        }
    }

    /// A store with a base and a segment; for a repair a line of it is damaged.
    private func disk(for copy: Copy, _ order: WriteOrder) async throws -> SimulatedDisk {
        let disk = SimulatedDisk(seed: 3, order: order)
        let store = try JournalStore.open("/srv/store", disk: disk, clock: TestClock().now).store
        for id in ["a", "b", "c"] { try await store.put("Patient/\(id)") }
        _ = try await store.compact()
        for id in ["a", "b"] { try await store.put("Patient/\(id)") }
        await store.close()
        if copy == .repair {
            let file = try disk.open("/srv/store/journal-000000000003.ndjson", for: .writing)
            try file.writeAll([UInt8(ascii: "#")].span, at: Journal.header().count + 150)
            try file.sync()
        }
        // What a compaction has removed is gone for good.
        try disk.syncFolder("/srv/store")
        disk.restart(.process)
        return disk
    }

    private func source(_ disk: SimulatedDisk) -> [String: [UInt8]] {
        disk.files.filter { $0.key.hasPrefix("/srv/store/") && !$0.key.hasSuffix("/lock") }
    }

    /// The copy is whole, or it is not there.
    private func expectWholeOrNone(_ disk: SimulatedDisk, _ copy: Copy, _ note: String) throws {
        guard disk.look({ $0.tree["/srv/copy"] }) != nil else { return }
        let report = try JournalStore.verify("/srv/copy", readOnly: true, disk: disk)
        // Of a repair the version that is lost has a successor in the place.
        #expect(report.findings.isEmpty && report.commits == 5 && report.resources == 3, "\(note)")
    }

    @Test(arguments: Copy.allCases)
    func whateverCallFailsThereIsNoHalfOfIt(_ copy: Copy) async throws {
        let calls = try await calls(of: copy)
        for call in 1...calls {
            let disk = try await disk(for: copy, .kept)
            let before = source(disk)
            disk.plan(FaultPlan(failures: [call: [EIO, ENOSPC][call % 2]]))
            let isMade = copy.make(on: disk)
            let note = "\(copy), call \(call)"
            #expect(await Self.closesItsFiles(disk), "\(note)")
            #expect(source(disk) == before, "\(note)")
            try expectWholeOrNone(disk, copy, note)
            // The one call that failed may not have been one of the clearing.
            #expect(disk.look { $0.tree["/srv/copy.keyward-unfinished"] } == nil, "\(note)")
            guard !isMade else { continue }
            // The last call but one makes the name durable; the last takes the draft's mark away.
            if disk.look({ $0.tree["/srv/copy"] }) != nil {
                #expect(call == calls - 1, "\(note)")
            } else {
                #expect(copy.make(on: disk), "\(note)")
                try expectWholeOrNone(disk, copy, note)
            }
        }
    }

    @Test(arguments: Copy.allCases, WriteOrder.allCases)
    func whereverThePowerGoesItIsWholeOrNotThere(_ copy: Copy, _ order: WriteOrder) async throws {
        let calls = try await calls(of: copy)
        for call in 1...calls {
            let disk = try await disk(for: copy, order)
            let before = source(disk)
            disk.plan(FaultPlan(end: call))
            _ = copy.make(on: disk)
            disk.restart(.machine)
            let note = "\(copy), \(order), power cut at call \(call)"
            #expect(source(disk) == before, "\(note)")
            try expectWholeOrNone(disk, copy, note)
            if disk.look({ $0.tree["/srv/copy"] }) == nil {
                #expect(copy.make(on: disk), "\(note)")
                disk.restart(.machine)
                #expect(disk.look { $0.tree["/srv/copy"] } != nil, "\(note): what was reported is durable")
                try expectWholeOrNone(disk, copy, note)
            }
        }
    }

    /// Who reads ahead lets go of a file a moment later.
    private static func closesItsFiles(_ disk: SimulatedDisk) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while disk.look({ $0.open }) > 0 {
            guard ContinuousClock.now < deadline else { return false }
            await Task.yield()
        }
        return true
    }

    private func calls(of copy: Copy) async throws -> Int {
        let disk = try await disk(for: copy, .kept)
        #expect(copy.make(on: disk))
        let calls = disk.look { $0.calls }
        #expect(calls > 20)
        return calls
    }
}
