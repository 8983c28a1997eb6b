import Testing

@testable import Storage

@Suite struct StoreFilesTests {
    @Test func aFolderWithoutFilesIsNoStore() {
        for names in [[], ["lock"], ["journal-12.ndjson", "base-.ndjson", "journal-000000000000.ndjson", "x"]] {
            let files = StoreFiles(names: names)
            #expect(files.isEmpty && files.leftovers.isEmpty, "\(names)")
        }
    }

    @Test func theNewestBaseAndTheSegmentsBehindItAreTheStore() {
        let files = StoreFiles(names: [
            "lock", "base-000000000030.ndjson", "journal.ndjson", "journal-000000000012.ndjson",
            "journal-000000000031.ndjson", "journal-000000000030.ndjson", "base-000000000012.ndjson",
            "base-000000000031.ndjson.new", "journal-000000000099.ndjson.new", "notes.new",
            "journal-1000000000000.ndjson",
        ])
        #expect(files.base == 30)
        #expect(files.segments == [30, 31, 1_000_000_000_000])
        #expect(files.missing == nil)
        #expect(
            files.leftovers.sorted() == [
                "base-000000000012.ndjson", "base-000000000031.ndjson.new", "journal-000000000012.ndjson",
                "journal-000000000099.ndjson.new", "journal.ndjson",
            ])
    }

    @Test func theSegmentThatMustBeThereIsNamed() {
        #expect(StoreFiles(names: ["journal-000000000012.ndjson"]).missing == "journal.ndjson")
        #expect(StoreFiles(names: ["base-000000000012.ndjson"]).missing == "journal-000000000012.ndjson")
        #expect(StoreFiles(names: ["base-000000000012.ndjson", "journal.ndjson"]).leftovers == ["journal.ndjson"])
        #expect(StoreFiles(names: ["journal.ndjson"]).missing == nil)
    }
}
