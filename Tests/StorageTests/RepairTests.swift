import FHIR
import Synchronization
import Testing

@testable import Storage

/// What `repair` saves of a damaged store.
@Suite struct RepairTests {
    /// The new store holds exactly these, each as it was; and it opens, and gives no number twice.
    private func expect(
        _ store: DamagedStore, holds expected: Set<String>, _ report: RepairReport, in folder: String = "new"
    ) async throws {
        let found = try store.versions(in: folder)
        let successors = Set(report.successors.map { "\($0.resource)/\($0.version)" })
        #expect(Set(found.keys) == expected.union(successors))
        for name in expected { #expect(found[name] == store.versions[name], "\(name)") }
        #expect(report.saved == expected.count)
        #expect(try JournalStore.verify(folder, readOnly: true, disk: store.disk).findings.isEmpty)
        let (opened, recovery) = try JournalStore.open(
            folder, disk: store.disk, create: false, clock: TestClock().now)
        #expect(recovery.commits >= 9)
        await opened.close()
    }

    private func all(_ store: DamagedStore, without lost: String...) -> Set<String> {
        Set(store.versions.keys).subtracting(lost)
    }

    @Test func aSoundStoreIsSavedWhole() async throws {
        for hasBase in [true, false] {
            let store = try await DamagedStore(hasBase: hasBase)
            let report = try store.repair()
            #expect(report.loss.isNothing && report.findings.isEmpty && report.successors.isEmpty)
            #expect(report.resources == 4)
            try await expect(store, holds: all(store), report)
        }
    }

    @Test func ofADamagedLineTheRestIsSavedAndNoNumberIsGivenAgain() async throws {
        let store = try await DamagedStore()
        store.damage(store.segment, line: 6)
        let report = try store.repair()
        #expect(report.successors.map(\.resource) == ["Patient/a"] && report.successors.map(\.version) == [5])
        #expect(report.loss.versions == 1 && report.loss.newest == 1 && report.loss.untold == 0)
        try await expect(store, holds: all(store, without: "Patient/a/4"), report)
        let opened = try JournalStore.open("new", disk: store.disk, clock: TestClock().now).store
        let current = try #require(opened.current(try key("Patient/a")))
        let text = String(decoding: current.body ?? [], as: UTF8.self)
        #expect(current.version == 5 && text.contains(#""family":"three""#) && text.contains(#""versionId":"5""#))
        #expect(try await opened.put("Patient/a").version?.version == 6)
        await opened.close()
    }

    @Test func aResourceOfWhichNothingIsLeftIsDeletedAndItsNumberNotGivenAgain() async throws {
        let store = try await DamagedStore()
        store.damage(store.segment, line: 4, bytes: 9..<10)
        let report = try store.repair()
        try await expect(store, holds: all(store, without: "Observation/x/1", "Patient/late/1"), report)
        let opened = try JournalStore.open("new", disk: store.disk, clock: TestClock().now).store
        #expect(opened.current(try key("Observation/x"))?.isDeleted == true)
        #expect(try await opened.put("Observation/x").version?.version == 3)
        await opened.close()
    }

    @Test func whatWasDeletedDoesNotComeBackWhereTheDeleteIsLost() async throws {
        let store = try await DamagedStore()
        let line = store.lines(store.segment)[1]
        store.damage(store.segment, line: 2, bytes: 10..<11)
        #expect(String(decoding: line, as: UTF8.self).contains("delete"))
        let report = try store.repair()
        try await expect(store, holds: all(store, without: "Patient/gone/2"), report)
        let opened = try JournalStore.open("new", disk: store.disk, clock: TestClock().now).store
        let current = try #require(opened.current(try key("Patient/gone")))
        #expect(current.isDeleted && current.version == 3)
        await opened.close()
    }

    @Test func whateverFileIsMissingTheOthersAreSaved() async throws {
        let store = try await DamagedStore()
        store.remove(store.base)
        let inBase = ["Client/c/1", "Patient/a/1", "Patient/a/2", "Patient/gone/1"]
        let report = try store.repair()
        #expect(report.loss.untold == 1)
        try await expect(store, holds: Set(store.versions.keys).subtracting(inBase), report)

        let other = try await DamagedStore()
        other.remove(other.segment)
        let second = try other.repair()
        #expect(second.loss.untold == 1)
        #expect(Set(try other.versions(in: "new").keys) == Set(inBase))
    }

    @Test func whereNothingIsLostItSaysSo() async throws {
        let header = try await DamagedStore()
        header.damage(header.segment, line: 1, bytes: 30..<31)
        let first = try header.repair()
        #expect(first.loss.isNothing && first.findings.count == 1)
        try await expect(header, holds: all(header), first)

        let end = try await DamagedStore()
        end.damage(end.base, line: 6, bytes: 40..<41)
        let second = try end.repair()
        #expect(second.loss.isNothing && second.findings.count == 1)
        try await expect(end, holds: all(end), second)
    }

    @Test func aTornTailIsNotSavedAndAWholeLineWithoutItsNewlineIs() async throws {
        let torn = try await DamagedStore()
        torn.write((torn.files[torn.segment] ?? []) + Array(#"{"crc":"00000000","seq":10,"#.utf8), to: torn.segment)
        let first = try torn.repair()
        #expect(first.loss.isNothing && first.tornTail == 27)
        try await expect(torn, holds: all(torn), first)

        // Zeros behind it, as a start takes it, and other bytes, as a start refuses it.
        for (rest, findings) in [([UInt8(0), 0, 0], 0), (Array("x{".utf8), 1)] {
            let store = try await DamagedStore()
            store.write((store.files[store.segment] ?? []).dropLast() + rest, to: store.segment)
            let report = try store.repair()
            #expect(report.loss.isNothing && report.findings.count == findings)
            try await expect(store, holds: all(store), report)
        }
    }

    @Test func aSoundLineWithALiteralSecretIsNotSaved() async throws {
        let store = try await DamagedStore(hasBase: false)
        var reader = JournalReader(TestFile(disk: store.disk, path: "store/journal.ndjson"))
        try reader.readAll { _, _ in
            nil
        } report: { _ in
        }
        var chain = reader.chain
        var line: [UInt8] = []
        let secret = #"{"resourceType":"Client","id":"c","secret":"literal-value"}"#
        let version = StoredVersion(
            key: try key("Client/c"), version: 2, lastUpdated: TestClock().now(), body: Array(secret.utf8))
        JournalEntry(sequence: 10, versions: [version]).append(to: &line, after: &chain)
        store.write((store.files["store/journal.ndjson"] ?? []) + line, to: "store/journal.ndjson")
        let verified = try JournalStore.verify("store", readOnly: true, disk: store.disk)
        #expect(verified.findings.map(\.lost) == [[]] && verified.findings.first?.isOfBody == true)

        let report = try store.repair()
        #expect(report.loss.versions == 1)
        #expect(report.findings.first?.lost.first?.hasPrefix("version 2 of Client/c is lost, the newest one") == true)
        try await expect(store, holds: all(store), report)
        for (name, bytes) in store.disk.state.withLock({ $0.files }) where name.hasPrefix("new/") {
            #expect(bytes.firstRange(of: Array("literal-value".utf8)) == nil)
        }
    }

    @Test func aVersionThatStandsTwiceIsSavedOnceAsTheNewerCommitHasIt() async throws {
        let store = try await DamagedStore()
        // A base that has taken in what the segment still says once more.
        let lines = try [
            BaseLine(1, "Patient/a", 1, body: #"{"resourceType":"Patient","id":"a","x":1}"#),
            BaseLine(9, "Patient/late", 2, body: #"{"resourceType":"Patient","id":"late","x":9}"#),
        ]
        store.write(try lines.base(commits: 9), to: store.base)
        _ = try store.repair()
        let found = try store.versions(in: "new")
        #expect(found["Patient/late/2"] == lines[1].version)
        #expect(found["Patient/a/4"] == store.versions["Patient/a/4"])
    }

    @Test func anyChangedByteCostsOneLineAtMost() async throws {
        var random = SplitMix64(seed: 1)
        let whole = try await DamagedStore()
        let files = whole.files
        for (file, bytes) in files.sorted(by: { $0.key < $1.key }) {
            // The end of a base may be so damaged that it cannot be told from a version.
            let last = file == whole.base ? whole.lines(file).dropLast().joined().count : bytes.count
            for place in stride(from: random.number(0...6), to: bytes.count, by: 7) {
                let value = [Journal.newline, 0, UInt8(ascii: "7"), bytes[place] ^ 1][random.number(0...3)]
                guard value != bytes[place] else { continue }
                var changed = bytes
                changed[place] = value
                whole.write(changed, to: file)
                whole.disk.state.withLock { state in
                    for name in state.files.keys where name.hasPrefix("new/") { state.files[name] = nil }
                }
                let report: RepairReport
                do { report = try whole.repair() } catch StorageError.unknownFormat { continue }
                let found = try whole.versions(in: "new")
                let lost = whole.versions.keys.filter { found[$0] != whole.versions[$0] }
                // The line of two changes is the longest.
                #expect(lost.count <= 2, "byte \(place) of \(file) = \(value): \(lost)")
                let isNothing = report.loss.isNothing || place >= last
                #expect(lost.isEmpty == isNothing, "byte \(place) of \(file) = \(value): \(lost)")
                let successors = report.successors.map { "\($0.resource)/\($0.version)" }
                let strangers = found.keys.filter { whole.versions[$0] == nil && !successors.contains($0) }
                #expect(strangers.isEmpty, "byte \(place) of \(file) = \(value): \(strangers)")
            }
            whole.write(bytes, to: file)
        }
    }

    /// Whole sectors gone, lines swapped, files cut short or missing, several at once.
    @Test func ofAStoreInRuinsNothingIsSavedThatWasNotWritten() async throws {
        let store = try await DamagedStore()
        let files = store.files
        for seed in 0..<UInt64(150) {
            var random = SplitMix64(seed: seed)
            for (file, bytes) in files { store.write(bytes, to: file) }
            for _ in 0..<random.number(1...4) {
                let file = [store.base, store.segment][random.number(0...1)]
                store.write(Self.ruin(store.files[file] ?? [], &random), to: file)
                if random.chance(5) { store.remove(file) }
            }
            guard store.files.count > 0 else { continue }
            store.disk.state.withLock { state in
                for name in state.files.keys where name.hasPrefix("new/") { state.files[name] = nil }
            }
            let report = try store.repair()
            let found = try store.versions(in: "new")
            let successors = Set(report.successors.map { "\($0.resource)/\($0.version)" })
            for (name, version) in found where !successors.contains(name) {
                #expect(version == store.versions[name], "seed \(seed): \(name)")
            }
            let isLost = store.versions.keys.contains { found[$0] == nil || successors.contains($0) }
            #expect(!isLost || !report.loss.isNothing || report.tornTail > 0, "seed \(seed): \(report.findings)")
        }
    }

    private static func ruin(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        guard bytes.count > 600 else { return bytes }
        var bytes = bytes
        let place = random.number(0...(bytes.count - 1))
        switch random.number(0...3) {
        case 0: bytes.removeSubrange(place...)
        case 1: for index in place..<min(place + 512, bytes.count) { bytes[index] = 0 }
        case 2: bytes.removeSubrange(place..<min(place + random.number(1...500), bytes.count))
        default: for _ in 0..<9 { bytes[random.number(0...(bytes.count - 1))] = UInt8(random.number(0...255)) }
        }
        return bytes
    }

    @Test func aFolderThatIsNotEmptyIsRefused() async throws {
        let store = try await DamagedStore()
        store.disk.state.withLock { state in
            state.folders.insert("new")
            state.files["new/mine"] = [1]
        }
        #expect(throws: StorageError.self) { try store.repair() }
        #expect(store.disk.state.withLock { $0.files["new/mine"] } == [1])
        #expect(throws: StorageError.self) { try store.repair(to: "store/new") }
        store.disk.state.withLock { $0.files["new/mine"] = nil }
        let report = try store.repair(to: "new/")
        try await expect(store, holds: all(store), report)
    }

    @Test func aStoreThatAServerHoldsIsRefused() async throws {
        let store = try await DamagedStore()
        let opened = try JournalStore.opened(on: store.disk)
        let error = #expect(throws: StorageError.self) { try store.repair() }
        #expect(error?.description.contains("held by another process") == true)
        await opened.close()
    }
}
