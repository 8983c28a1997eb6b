import FHIR
import Glibc
import Synchronization
import Testing

@testable import Storage

/// Old versions, wherever in the files of a store they are.
@Suite struct OldVersionTests {
    private typealias Versions = [ResourceKey: [StoredVersion]]

    private func open(_ disk: TestDisk, keeping rule: HistoryRule = .all) throws(StorageError) -> JournalStore {
        var settings = CompactionSettings()
        settings.history = rule
        return try JournalStore.open("store", disk: disk, compaction: settings, clock: TestClock().now).store
    }

    /// Adds versions to some of 40 resources, most of them small and some of several pages.
    private func fill(_ store: JournalStore, _ versions: inout Versions, _ random: inout SplitMix64) async throws {
        for _ in 0..<60 {
            let changes = try (0..<random.number(1...3)).map { _ in
                let text = "Patient/\(random.number(0...39))"
                guard !random.chance(10) else { return Change.delete(try key(text)) }
                let length = random.chance(10) ? random.number(0...9_000) : random.number(0...200)
                return try .put(text, family: String(repeating: "x", count: length))
            }
            for version in try await store.commit(changes).compactMap(\.version) {
                versions[version.key, default: []].append(version)
            }
        }
    }

    /// Holds a store to all versions there were, of which each resource has at least the newest `kept`.
    private func hold(_ store: JournalStore, to versions: Versions, kept: Int = .max) async throws {
        for (key, all) in versions {
            let history = try #require(try await store.history(of: key, HistoryPage(versions: 1_000)))
            #expect(history.total >= min(kept, all.count) && history.newest == all.count)
            #expect(history.versions == all[(history.oldest - 1)...].reversed())
            for version in all {
                let found = try await store.version(version.version, of: key)
                #expect(found == (version.version < history.oldest ? nil : version))
            }
        }
    }

    @Test func theyAreFoundInBaseAndSegmentsBeforeAndAfterARestart() async throws {
        let disk = TestDisk()
        var random = SplitMix64(seed: 1)
        var versions: Versions = [:]
        var store = try open(disk)
        for round in 0..<3 {
            try await fill(store, &versions, &random)
            try await hold(store, to: versions)
            if round < 2 { _ = try await store.compact() }
            try await hold(store, to: versions)
            await store.close()
            store = try open(disk)
            try await hold(store, to: versions)
        }
        await store.close()
        let size = disk.state.withLock { $0.files.values.map(\.count).max() ?? 0 }
        #expect(size > 50_000, "small enough to be read from end to end")
    }

    @Test func thoseThatACompactionDropsAreNotThereAnyMore() async throws {
        for kept in [1, 2, 5] {
            let disk = TestDisk()
            var random = SplitMix64(seed: UInt64(kept))
            var versions: Versions = [:]
            let store = try open(disk, keeping: .newest(kept))
            try await fill(store, &versions, &random)
            try await hold(store, to: versions)
            _ = try await store.compact()
            for (key, all) in versions {
                let history = try await store.history(of: key, HistoryPage(versions: 0))
                #expect(history?.total == min(kept, all.count))
            }
            try await fill(store, &versions, &random)
            try await hold(store, to: versions, kept: kept)
            await store.close()
            let again = try open(disk, keeping: .newest(kept))
            try await hold(again, to: versions, kept: kept)
            await again.close()
        }
    }

    /// The files that a reader has begun to read are gone when it goes on.
    @Test(arguments: ["journal.ndjson", "base-000000000006.ndjson"])
    func aCompactionDoesNotDisturbAReaderThatIsAtIt(name: String) async throws {
        let disk = TestDisk()
        let store = try open(disk, keeping: .newest(2))
        var versions: [StoredVersion?] = []
        for number in 1...6 { versions.append(try await store.put("Patient/a", family: "v\(number)").version) }
        if name != "journal.ndjson" { _ = try await store.compact() }
        let gate = Gate(disk, reading: "store/\(name)")
        let reader = Task { try await store.version(5, of: try key("Patient/a")) }
        await gate.readHasBegun()
        for number in 7...8 { try await store.put("Patient/a", family: "v\(number)") }
        _ = try await store.compact()
        #expect(disk.state.withLock { $0.files["store/\(name)"] } == nil)
        gate.open()
        #expect(try await reader.value == versions[4])
        #expect(try await store.version(5, of: try key("Patient/a")) == nil)
        await store.close()
    }

    @Test func besideWritersAndCompactionsEveryReaderFindsWhatWasCommitted() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        var random = SplitMix64(seed: 3)
        var versions: Versions = [:]
        try await fill(store, &versions, &random)
        let before = versions
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask { for _ in 0..<20 { try await store.put("Patient/\(writer)", family: "w\(writer)") } }
            }
            group.addTask { for _ in 0..<4 { _ = try await store.compact() } }
            group.addTask {
                for (key, all) in before {
                    for version in all {
                        let found = try await store.version(version.version, of: key)
                        #expect(found == version)
                    }
                }
            }
            try await group.waitForAll()
        }
        await store.close()
    }

    @Test func aReaderWaitsForNoSyncAndSeesNothingBeforeIt() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        let first = try await store.put("Patient/a").version
        let second = try await store.put("Patient/a", family: "v2").version
        let gate = Gate(disk)
        let writer = Task { try await store.put("Patient/a", family: "v3").version }
        await gate.syncHasBegun()
        #expect(try await store.version(1, of: try key("Patient/a")) == first)
        #expect(try await store.version(3, of: try key("Patient/a")) == nil)
        let history = try await store.history(of: try key("Patient/a"), HistoryPage(versions: 9))
        #expect(history?.versions == [second, first].compactMap(\.self))
        gate.open()
        let third = try await writer.value
        #expect(try await store.version(3, of: try key("Patient/a")) == third)
        #expect(try await store.version(2, of: try key("Patient/a")) == second)
    }

    @Test func aDiskThatFailsIsAnErrorToTheReaderAndNothingElse() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        let a = try key("Patient/a")
        for number in 1...3 { try await store.put("Patient/a", family: "v\(number)") }
        _ = try await store.compact()
        for number in 4...6 { try await store.put("Patient/a", family: "v\(number)") }
        disk.fail("pread", with: EIO)
        for number in [1, 4] {
            let error = await #expect(throws: StorageError.self) { try await store.version(number, of: a) }
            guard case .disk = error else { Issue.record("\(String(describing: error))"); continue }
        }
        await #expect(throws: StorageError.self) { try await store.history(of: a, HistoryPage(versions: 9)) }
        // The newest one is in memory.
        #expect(try await store.version(6, of: a)?.version == 6)
        #expect(store.condition == .writable)
        #expect(try await store.put("Patient/a").version?.version == 7)
        disk.fail("pread", with: nil)
        #expect(try await store.history(of: a, HistoryPage(versions: 9))?.versions.count == 7)
        await store.close()
    }

    /// Whatever byte is another one than was written: a reader gets what was committed, or an error.
    @Test(arguments: [true, false])
    func aChangedByteIsNeverTakenForAVersion(isInBase: Bool) async throws {
        let disk = TestDisk()
        let store = try open(disk)
        var random = SplitMix64(seed: 5)
        var versions: Versions = [:]
        while versions.values.joined().count < 300 { try await fill(store, &versions, &random) }
        if isInBase { _ = try await store.compact() }
        let name = disk.state.withLock { state in
            state.files.keys.first { $0.contains(isInBase ? "base-" : "journal.ndjson") } ?? ""
        }
        let sound = disk.state.withLock { $0.files[name] ?? [] }
        let lines = Self.lines(sound)
        let old = versions.values.flatMap { $0.dropLast() }
        var errors = 0
        for _ in 0..<300 {
            var bytes = sound
            let wanted = try #require(old.randomElement(using: &random))
            let own = try #require(lines.firstIndex { $0.versions.contains(wanted) })
            // In its own line, in the one before, or near the beginning of any.
            var line = lines[[own, own - 1, random.number(0...(lines.count - 1))][random.number(0...2)]].place
            if random.chance(50) { line = line.prefix(90) }
            let place = random.number(line.lowerBound...(line.upperBound - 1))
            let byte = [UInt8(ascii: "0"), UInt8(ascii: "9"), UInt8(ascii: "\n"), UInt8(ascii: "z")]
            bytes[place] =
                random.chance(50) ? bytes[place] ^ 1 << UInt8(random.number(0...7)) : byte[random.number(0...3)]
            disk.state.withLock { $0.files[name] = bytes }
            do {
                let found = try await store.version(wanted.version, of: wanted.key)
                #expect(found == wanted, "byte \(place)")
                let page = HistoryPage(from: wanted.version, versions: 2)
                let history = try await store.history(of: wanted.key, page)
                #expect(history?.versions.first == wanted && history?.oldest == 1, "byte \(place)")
            } catch {
                errors += 1
                guard case .unreadable = error else { throw error }
            }
        }
        #expect(errors > 10 && errors < 290)
        disk.state.withLock { $0.files[name] = sound }
        try await hold(store, to: versions)
        await store.close()
    }

    /// A number that rotted leads a search to the wrong side, where all is sound.
    @Test func whoIsLedAstrayDoesNotTakeItForDropped() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        let a = try key("Patient/a")
        for _ in 1...60 { try await store.put("Patient/a", family: String(repeating: "x", count: 2_000)) }
        _ = try await store.compact()
        let name = "store/base-000000000060.ndjson"
        let sound = disk.state.withLock { $0.files[name] ?? [] }
        var errors = 0
        for line in Self.lines(sound) where line.versions.first.map({ $0.version >= 10 }) ?? false {
            let head = String(decoding: sound[line.place].prefix(90), as: UTF8.self)
            let number = try #require(head.firstRange(of: "\"version\":")?.upperBound)
            let place = line.place.lowerBound + head.utf8.distance(from: head.startIndex, to: number)
            for digit in [UInt8(ascii: "1"), UInt8(ascii: "9")] where sound[place] != digit {
                var bytes = sound
                bytes[place] = digit
                disk.state.withLock { $0.files[name] = bytes }
                for wanted in [5, 20, 35, 50] {
                    do {
                        let found = try await store.version(wanted, of: a)
                        #expect(found?.version == wanted, "line of \(line.versions)")
                    } catch {
                        errors += 1
                        guard case .unreadable = error else { throw error }
                    }
                }
            }
        }
        #expect(errors > 0)
        await store.close()
    }

    /// The lines of a file, the first of which is its header.
    private static func lines(_ file: [UInt8]) -> [(place: Range<Int>, versions: [StoredVersion])] {
        var splitter = LineSplitter()
        splitter.append(file)
        var lines: [(place: Range<Int>, versions: [StoredVersion])] = []
        while let place = splitter.nextPlace() {
            lines.append((place, JournalEntry(line: file.span.extracting(place))?.versions ?? []))
        }
        return lines
    }

    @Test func whatIsMissingIsNotTakenForDropped() async throws {
        let disk = TestDisk()
        let store = try open(disk)
        for number in 1...3 { try await store.put("Patient/a", family: "v\(number)") }
        try await store.put("Patient/b")
        _ = try await store.compact()
        let other = TestDisk()
        let another = try open(other)
        try await another.put("Patient/b")
        _ = try await another.compact()
        // A sound base that holds nothing of it.
        let bytes = other.state.withLock { $0.files["store/base-000000000001.ndjson"] ?? [] }
        disk.state.withLock { $0.files["store/base-000000000004.ndjson"] = bytes }
        let error = await #expect(throws: StorageError.self) {
            try await store.version(1, of: try key("Patient/a"))
        }
        #expect(error?.description.contains("Patient/a is not where it was written") == true)
        await #expect(throws: StorageError.self) {
            try await store.history(of: try key("Patient/a"), HistoryPage(versions: 9))
        }
        await store.close()
    }
}
