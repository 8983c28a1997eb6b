import FHIR
import Synchronization
import Testing

@testable import Storage

/// What a load said of its lines.
private struct Outcome {
    var report: LoadReport
    var bad: [BadLine]
    var error: StorageError?
}

extension ResourceStore {
    /// Loads `text` in pieces of `size` bytes, and ends after `pieces` of them, as an interrupted load does.
    fileprivate func load(
        _ text: String, size: Int = 7, pieces: Int = .max, limits: Load.Limits = Load.Limits()
    ) async -> Outcome {
        let bad = Mutex<[BadLine]>([])
        var load = Load(into: self, nesting: 100, limits: limits) { line in bad.withLock { $0.append(line) } }
        var rest = Array(text.utf8)[...]
        var taken = 0
        do throws(StorageError) {
            while !rest.isEmpty, taken < pieces {
                try await load.take(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
                taken += 1
            }
            if rest.isEmpty { try await load.finish() } else { try await load.settle() }
        } catch {
            return Outcome(report: load.report, bad: bad.withLock { $0 }, error: error)
        }
        return Outcome(report: load.report, bad: bad.withLock { $0 })
    }
}

extension LoadReport {
    init(_ lines: Int, loaded: Int = 0, unchanged: Int = 0, bad: Int = 0) {
        self.init()
        (self.lines, self.loaded, self.unchanged, self.bad) = (lines, loaded, unchanged, bad)
    }
}

@Suite struct LoadTests {
    private static func lines(_ count: Int, _ more: String = "") -> String {
        (0..<count).map { #"{"resourceType":"Patient","id":"\#($0)"\#(more)}"# + "\n" }.joined()
    }

    @Test(arguments: Backend.all)
    func whatIsDumpedLoadsIntoAnotherStore(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        for number in 0..<1_200 { try await store.put("Patient/\(number)", family: "Ö\n\(number)") }
        for key in ["Patient/7", "Observation/b", "Observation/a", "Observation/a"] { try await store.put(key) }
        try await store.delete("Patient/9")
        let (dump, keys) = store.dumped
        #expect(keys.count == 1_201)
        #expect(keys == keys.sorted())

        let copy = try backend.make(TestClock())
        let outcome = await copy.load(dump, size: 1_000)
        #expect(outcome.report == LoadReport(1_201, loaded: 1_201) && outcome.error == nil)
        #expect(copy.dumped.keys == keys)
        #expect(copy.current(try key("Observation/a"))?.version == 1)
    }

    @Test func everyBadLineIsReportedAndEveryGoodOneStored() async throws {
        let store = MemoryStore(clock: TestClock().now)
        let lines = [
            #"{"resourceType":"Patient","id":"a"}"#,
            #"{"resourceType":"Patient","id":"#,
            "",
            #"[]"#,
            #"{"resourceType":"Patient"}"#,
            #"{"resourceType":"Client","id":"c","secret":"literal-value"}"#,
            #"{"resourceType":"Nothing","id":"c"}"#,
            "{\"resourceType\":\"Patient\",\"id\":\"b\"}\r",
            #"{"resourceType":"Patient","id":"last"}"#,
        ]
        let outcome = await store.load(lines.joined(separator: "\n"))
        #expect(outcome.report == LoadReport(9, loaded: 3, bad: 5))
        #expect(outcome.bad.map(\.line) == [2, 4, 5, 6, 7])
        #expect(outcome.bad.first?.reason.contains("column") == true)
        #expect(!outcome.bad.contains { $0.reason.contains("literal-value") })
        #expect(
            store.page(of: try key("Patient/a").type, after: nil, limit: 9).map(\.key.id.text) == ["a", "b", "last"])
        #expect(store.types().map(\.name) == ["Patient"])
    }

    @Test func ofTwoLinesWithOneKeyTheLaterCounts() async throws {
        let store = MemoryStore(clock: TestClock().now)
        let lines = (0..<20).map { #"{"resourceType":"Patient","id":"a","x":\#($0)}"# }.joined(separator: "\n")
        for run in 1...2 {
            // The second run finds none of them but the last as it was: versions more, and the same in the end.
            #expect(await store.load(lines).report == LoadReport(20, loaded: 20))
            let current = try #require(store.current(try key("Patient/a")))
            #expect(current.version == 20 * run)
            #expect(String(decoding: try #require(current.body), as: UTF8.self).contains(#""x":19"#))
        }
    }

    @Test func ofTwoEqualLinesTheSecondChangesNothing() async throws {
        let store = MemoryStore(clock: TestClock().now)
        #expect(await store.load(Self.lines(1) + Self.lines(1)).report == LoadReport(2, loaded: 1, unchanged: 1))
    }

    @Test(arguments: Backend.all)
    func whatIsThereAsTheLineHasItStaysAsItIs(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        let inMeta = #","meta":{"profile":["p"],"versionId":"77","x":1},"y":1.10"#
        let lines = Self.lines(600) + #"{"resourceType":"Basic","id":"b"\#(inMeta)}"#
        #expect(await store.load(lines).report == LoadReport(601, loaded: 601))
        #expect(await store.load(lines).report == LoadReport(601, unchanged: 601))
        // Whatever version and time a dump has.
        let dump = store.dumped.lines.replacing(#""versionId":"1""#, with: #""versionId":"9""#)
        #expect(await store.load(dump).report == LoadReport(601, unchanged: 601))
        #expect(store.current(try key("Basic/b"))?.version == 1)

        try await store.delete("Patient/5")
        let other = lines.replacing("1.10", with: "1.1").replacing(#""x":1"#, with: #""x":2"#)
        #expect(await store.load(other).report == LoadReport(601, loaded: 2, unchanged: 599))
        #expect(store.current(try key("Patient/5"))?.version == 3, "a deleted one is not there")
        #expect(store.current(try key("Basic/b"))?.version == 2)
    }

    @Test(arguments: [0, 1, 37, 500, 2_000])
    func whatWasInterruptedGoesOnWithTheSameLines(pieces: Int) async throws {
        let store = MemoryStore(clock: TestClock().now)
        let lines = Self.lines(700)
        let first = await store.load(lines, pieces: pieces).report
        #expect(first == LoadReport(lines.prefix(pieces * 7).count { $0 == "\n" }, loaded: first.lines))
        let second = await store.load(lines).report
        #expect(second == LoadReport(700, loaded: 700 - first.lines, unchanged: first.lines))
        #expect(try (0..<700).allSatisfy { store.current(try key("Patient/\($0)"))?.version == 1 })
    }

    @Test func aFullDiskEndsTheLoadWhichSaysWhatIsStoredAndGoesOnLater() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        disk.state.withLock { $0.room = 100_000 }
        let lines = Self.lines(2_000)
        let first = await store.load(lines, size: 1_000)
        guard case .full = first.error else {
            Issue.record("\(first)")
            return
        }
        let stored = store.dumped.keys.count
        #expect(first.report.loaded == stored && stored > 0 && stored < 2_000)
        #expect(first.report.lines <= stored && first.report.lines > 0)
        #expect(try (0..<first.report.lines).allSatisfy { store.current(try key("Patient/\($0)")) != nil })
        disk.state.withLock { $0.room = .max }
        #expect(await store.load(lines).report == LoadReport(2_000, loaded: 2_000 - stored, unchanged: stored))
    }

    @Test func aLineThatIsTooLongIsBadAndNeitherKeptNorTheEnd() async throws {
        let store = MemoryStore(clock: TestClock().now)
        var limits = Load.Limits()
        limits.line = 100
        let long = #"{"resourceType":"Patient","id":"long","x":"\#(String(repeating: "x", count: 5_000))"}"#
        for end in ["\n", ""] {
            let outcome = await store.load(Self.lines(2) + long + "\n" + Self.lines(3) + long + end, limits: limits)
            #expect(outcome.report.lines == 7 && outcome.bad.map(\.line) == [3, 7], "\(outcome)")
            #expect(outcome.bad.allSatisfy { $0.reason == "longer than 100 bytes" })
            #expect(store.dumped.keys == ["Patient/0", "Patient/1", "Patient/2"])
        }
    }

    @Test func aWindowHasSoManyBytesAtMost() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        let before = disk.calls("fdatasync")
        var limits = Load.Limits()
        limits.windowBytes = 1
        #expect(await store.load(Self.lines(20), limits: limits).report.loaded == 20)
        #expect(disk.calls("fdatasync") - before == 20, "a line at a time")
    }

    @Test func aStoreThatCannotWriteEndsTheLoad() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        disk.fail("pwrite", with: 28)
        let outcome = await store.load(Self.lines(1))
        #expect(outcome.error != nil && outcome.report == LoadReport(0))
    }
}

extension ResourceStore {
    /// What `keyward store dump` prints, and the keys in its order.
    fileprivate var dumped: (lines: String, keys: [String]) {
        var lines = ""
        var keys: [String] = []
        forEachCurrent { version in
            keys.append(version.key.text)
            lines += String(decoding: version.body ?? [], as: UTF8.self) + "\n"
        }
        return (lines, keys)
    }
}
