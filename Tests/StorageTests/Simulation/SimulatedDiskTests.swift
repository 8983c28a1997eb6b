import Testing

@testable import Storage

/// That the simulated disk keeps what a disk keeps, and loses all that one may lose.
@Suite struct SimulatedDiskTests {
    /// What is left of `/file` over many seeds when `work` is done on a disk and the power is cut.
    private func outcomes(
        _ order: WriteOrder, _ work: (SimulatedDisk) throws -> Void
    ) rethrows -> Set<String?> {
        Set(
            try (0..<UInt64(300)).map { seed in
                let disk = SimulatedDisk(seed: seed, order: order)
                try work(disk)
                disk.restart(.machine)
                return disk.files["/file"].map { String(decoding: $0, as: UTF8.self) }
            })
    }

    private func write(_ text: String, _ disk: SimulatedDisk, to path: String = "/file") throws {
        try disk.open(path, for: .creating).writeAll(Array(text.utf8).span, at: 0)
    }

    private func sync(_ disk: SimulatedDisk, _ path: String = "/file") throws {
        try disk.open(path, for: .writing).sync()
    }

    @Test(arguments: WriteOrder.allCases)
    func whatWasSyncedIsThereAndItsNameToo(_ order: WriteOrder) throws {
        let outcomes = try outcomes(order) { disk in
            try write("durable", disk)
            try sync(disk)
            try disk.syncFolder("/")
        }
        #expect(outcomes == ["durable"])
    }

    @Test(arguments: WriteOrder.allCases)
    func aNameIsLostWithoutASyncOfItsFolder(_ order: WriteOrder) throws {
        let outcomes = try outcomes(order) { disk in
            try write("durable", disk)
            try sync(disk)
        }
        #expect(outcomes == ["durable", nil])
    }

    @Test(arguments: WriteOrder.allCases)
    func aFolderGoesWithAllThatIsInIt(_ order: WriteOrder) throws {
        let left = try (0..<UInt64(50)).map { seed in
            let disk = SimulatedDisk(seed: seed, order: order)
            #expect(try disk.makeFolder("/folder"))
            try write("durable", disk, to: "/folder/file")
            try disk.syncFolder("/folder")
            disk.restart(.machine)
            return disk.files.count
        }
        #expect(Set(left) == [0, 1])
    }

    @Test(arguments: WriteOrder.allCases)
    func aRenameIsOldOrNewAndARemovedFileMayComeBack(_ order: WriteOrder) throws {
        func twoFiles(_ disk: SimulatedDisk) throws {
            for (text, path) in [("old", "/file"), ("new", "/file.new")] {
                try write(text, disk, to: path)
                try sync(disk, path)
            }
            try disk.syncFolder("/")
        }
        let renamed = try outcomes(order) { disk in
            try twoFiles(disk)
            try disk.rename("/file.new", to: "/file")
        }
        #expect(renamed == ["old", "new"])
        let removed = try outcomes(order) { disk in
            try twoFiles(disk)
            try disk.remove("/file")
        }
        #expect(removed == ["old", nil])
    }

    @Test func unsyncedSectorsSurviveInAnyCombinationOrAsABeginning() throws {
        func sectors(_ order: WriteOrder) throws -> Set<String> {
            let lines = "abc".map { String(repeating: $0, count: SimulatedContent.sector) }
            let left = try outcomes(order) { disk in
                try write("", disk)
                try sync(disk)
                try disk.syncFolder("/")
                try write(lines.joined(), disk)
            }
            return Set(left.map { String(Set($0 ?? "").sorted()) })
        }
        #expect(try sectors(.none).isSuperset(of: ["", "a", "ab", "abc", "\0b", "\0c", "\0bc", "\0ac"]))
        let kept = try sectors(.kept)
        #expect(kept.isSuperset(of: ["", "a", "ab", "abc", "\0ab"]))
        #expect(kept.isSubset(of: ["", "a", "ab", "abc", "\0", "\0a", "\0ab", "\0abc"]))
    }

    @Test func whatAFailedSyncDroppedIsSeenAndNeverReachesTheDisk() throws {
        let outcomes = try outcomes(.kept) { disk in
            try write("", disk)
            try disk.syncFolder("/")
            try write("dropped", disk)
            disk.plan(FaultPlan(failures: [disk.look { $0.calls } + 2: 5]))
            #expect(throws: DiskFault.self) { try sync(disk) }
            #expect(disk.files["/file"] == Array("dropped".utf8))
            // All is well, says the next one.
            try sync(disk)
        }
        #expect(outcomes.contains("dropped") && outcomes.count > 1)
        // Writing it once more helps.
        let again = try self.outcomes(.kept) { disk in
            try write("", disk)
            try disk.syncFolder("/")
            try write("dropped", disk)
            disk.plan(FaultPlan(failures: [disk.look { $0.calls } + 2: 5]))
            #expect(throws: DiskFault.self) { try sync(disk) }
            try write("dropped", disk)
            try sync(disk)
        }
        #expect(again == ["dropped"])
    }

    @Test func theEndOfAProcessKeepsWhatItWroteAndReleasesItsLock() throws {
        let disk = SimulatedDisk(seed: 1, order: .none)
        let held = try disk.open("/file", for: .creating)
        #expect(try held.lock())
        #expect(try !disk.open("/file", for: .writing).lock())
        try held.writeAll(Array("written".utf8).span, at: 0)
        disk.restart(.process)
        #expect(disk.files["/file"] == Array("written".utf8))
        #expect(try disk.open("/file", for: .writing).lock())
        #expect(throws: DiskFault.self) { try held.sync() }
        #expect(disk.look { $0.open } == 1)
    }
}
