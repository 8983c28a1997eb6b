import FHIR
import Synchronization
import Testing

@testable import Storage

/// Damage that hits just what a line says of itself.
@Suite struct MisnamedLossTests {
    /// Puts another byte in the place of one of a line, counted from 1.
    private func change(_ store: DamagedStore, line: Int, at place: Int, to byte: UInt8) {
        var lines = store.lines("store/journal.ndjson")
        lines[line - 1][place] = byte
        store.write(Array(lines.joined()), to: "store/journal.ndjson")
    }

    private func place(of text: String, in line: [UInt8]) throws -> Int {
        let text = Array(text.utf8)
        return try #require((0...(line.count - text.count)).first { Array(line[$0..<($0 + text.count)]) == text })
    }

    @Test func aNumberThatWasRaisedDoesNotOutdoTheSoundVersionsBehindIt() async throws {
        for digit in [UInt8(ascii: "9"), UInt8(ascii: "6"), UInt8(ascii: "5"), UInt8(ascii: "4")] {
            let store = try await DamagedStore(hasBase: false)
            // Version 3 of four, of commit 6.
            let line = store.lines("store/journal.ndjson")[6]
            change(store, line: 7, at: try place(of: #""version":3"#, in: line) + 10, to: digit)
            let report = try store.repair()
            #expect(report.successors.isEmpty, "\(report.successors)")
            let saved = try store.versions(in: "new")
            #expect(saved["Patient/a/4"] == store.versions["Patient/a/4"])
            #expect(saved.keys.filter { $0.hasPrefix("Patient/a/") }.sorted() == [1, 2, 4].map { "Patient/a/\($0)" })
            #expect(report.findings[0].lost.contains { $0.hasPrefix("version 3 of Patient/a is lost, of its history") })
        }
    }

    @Test func whatWasDeletedStaysSoWhicheverByteOfTheActionWasChanged() async throws {
        let store = try await DamagedStore(hasBase: false)
        let lines = store.lines("store/journal.ndjson")
        let start = try place(of: #","action":"delete"}"#, in: lines[5])
        for place in start..<(lines[5].count - 3) {
            store.write(Array(lines.joined()), to: "store/journal.ndjson")
            change(store, line: 6, at: place, to: UInt8(ascii: "#"))
            store.disk.state.withLock { state in
                for path in state.files.keys where path.hasPrefix("new/") { state.files[path] = nil }
                state.folders.remove("new")
            }
            try store.repair()
            let newest = try store.versions(in: "new").values.filter { $0.key == (try? key("Patient/gone")) }
                .max { $0.version < $1.version }
            #expect(newest?.version == 3 && newest?.isDeleted == true, "byte \(place)")
        }
    }

    @Test func linesThatAreGoneInFrontOfTheEndOfABaseAreALoss() async throws {
        let store = try await DamagedStore()
        var lines = store.lines(store.base)
        lines.remove(at: lines.count - 2)
        store.write(Array(lines.joined()), to: store.base)
        let report = try JournalStore.verify("store", readOnly: true, disk: store.disk)
        #expect(!report.findings.isEmpty && !report.loss.isNothing)
        #expect(try !store.repair().loss.isNothing)
    }

    @Test func aHoleInAHistoryIsSteppedOver() async throws {
        let lines = try [1, 2, 900_000].map { try BaseLine($0, "Patient/a", $0) }
        let disk = TestDisk()
        let base = try lines.base(commits: 1_000_000)
        disk.state.withLock {
            $0.folders.insert("store")
            $0.files["store/base-000001000000.ndjson"] = base
            $0.files["store/journal-000001000000.ndjson"] = Journal.header(
                after: Checksum(text: "0123abcd".utf8.span) ?? Checksum())
        }
        let store = try JournalStore.opened(on: disk)
        try await store.put("Patient/a")
        let reads = disk.calls("pread")
        let history = try #require(try await store.history(of: try key("Patient/a"), HistoryPage(versions: 10)))
        #expect(history.versions.map(\.version) == [900_001, 900_000, 2, 1])
        #expect(disk.calls("pread") - reads < 2_000)
        await store.close()
    }
}
