import Testing

@testable import Server

/// A check says what would keep a start from its store, without making anything.
@Suite struct StoreRightsTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func findings(_ folder: String, unwritable: String? = nil) -> [Finding] {
        StoreExamination(.folder(folder), Surroundings(unwritable: unwritable).attributes).findings
    }

    @Test func aStoreThatCanBeMadeIsNoFindingAndIsNotMade() throws {
        for folder in ["new", "new/", "a/b//c"] { #expect(findings(scratch(folder)) == [], "\(folder)") }
        #expect(findings("nowhere/here") == [])
        #expect(try scratch.listing().isEmpty)
    }

    @Test(arguments: ["new", "new/", "a/b//c"]) func ofFoldersThatAreNotThereTheNearestThatIsCounts(name: String) throws
    {
        let above = scratch("")
        let place = String(above.dropLast(above.last == "/" ? 1 : 0))
        let findings = findings("\(place)/\(name)", unwritable: place)
        #expect(findings.map(\.code) == [.storeUnwritable])
        #expect(findings.first?.place == place)
        #expect(findings.first?.what.contains("Permission denied") == true)
        #expect(findings.first?.remedy.contains("--store") == true)
    }
}
