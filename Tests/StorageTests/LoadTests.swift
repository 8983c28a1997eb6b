import FHIR
import Testing

@testable import Storage

@Suite struct LoadTests {
    /// `text` in pieces of `size` bytes, none at the end.
    private static func input(_ text: String, size: Int = 7) -> () throws(StorageError) -> [UInt8] {
        var rest = Array(text.utf8)[...]
        return { () throws(StorageError) in
            defer { rest = rest.dropFirst(size) }
            return Array(rest.prefix(size))
        }
    }

    @Test(arguments: Backend.all)
    func whatIsDumpedLoadsIntoAnotherStore(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        for number in 0..<1_200 { try await store.put("Patient/\(number)", family: "Ö\n\(number)") }
        for key in ["Patient/7", "Observation/b", "Observation/a", "Observation/a"] { try await store.put(key) }
        try await store.delete("Patient/9")
        var dump = ""
        var keys: [String] = []
        store.forEachCurrent { version in
            keys.append(version.key.text)
            dump += String(decoding: version.body ?? [], as: UTF8.self) + "\n"
        }
        #expect(keys.count == 1_201)
        #expect(keys == keys.sorted())

        let copy = try backend.make(TestClock())
        let report = try await copy.load(nesting: 100, input: Self.input(dump, size: 1_000))
        #expect(report == LoadReport(loaded: 1_201, bad: []))
        var copied: [String] = []
        copy.forEachCurrent { copied.append($0.key.text) }
        #expect(copied == keys)
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
        let report = try await store.load(nesting: 100, input: Self.input(lines.joined(separator: "\n")))
        #expect(report.loaded == 3)
        #expect(report.bad.map(\.line) == [2, 4, 5, 6, 7])
        #expect(report.bad.first?.reason.contains("column") == true)
        #expect(!report.bad.contains { $0.reason.contains("literal-value") })
        #expect(
            store.page(of: try key("Patient/a").type, after: nil, limit: 9).map(\.key.id.text) == ["a", "b", "last"])
        #expect(store.types().map(\.name) == ["Patient"])
    }

    @Test func ofTwoLinesWithOneKeyTheLaterCounts() async throws {
        let store = MemoryStore(clock: TestClock().now)
        let lines = (0..<20).map { #"{"resourceType":"Patient","id":"a","x":\#($0)}"# }
        let report = try await store.load(nesting: 100, input: Self.input(lines.joined(separator: "\n")))
        #expect(report.loaded == 20)
        let current = try #require(store.current(try key("Patient/a")))
        #expect(current.version == 20)
        #expect(String(decoding: try #require(current.body), as: UTF8.self).contains(#""x":19"#))
    }

    @Test func aStoreThatCannotWriteEndsTheLoad() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        disk.fail("pwrite", with: 28)
        await #expect(throws: StorageError.self) {
            try await store.load(nesting: 100, input: Self.input(#"{"resourceType":"Patient","id":"a"}"#))
        }
    }
}
