import Testing
import WireCases

@Suite struct HTTPTableTests {
    private let repository = Repository()

    private func table() throws -> HTTPTable { HTTPTable(try repository.text(HTTPTable.path)) }

    @Test func everyTestThatTheTableNamesExists() throws {
        let table = try table()
        #expect(table.rows.count > 90)
        let files = try repository.swiftFiles(below: ["Tests"])
        for finding in table.findings(tests: files) { Issue.record("\(finding)") }
    }

    /// What the wire has to keep, by the section that says it.
    @Test(arguments: [
        "9112 §3", "9112 §3.2.1", "9112 §3.2.2", "9112 §3.2.3", "9112 §3.2.4", "9112 §2.3", "9110 §6.2", "9112 §3.2",
        "9110 §7.2", "9112 §5.1", "9110 §5.5", "9112 §5.2", "9112 §2.2", "9110 §8.6", "9112 §6.1", "9112 §6.3",
        "9112 §7.1", "9112 §7.1.1", "9112 §7.1.2", "9110 §9.3.1", "9110 §7.6.1", "9110 §7.8", "9110 §10.1.1",
        "9110 §6.6.1", "9110 §9.3.2", "9110 §6.4.1", "9110 §10.2.1", "9110 §9.1", "9112 §9.3", "9112 §9.3.2",
        "9110 §4.2.4", "9110 §9.3.6", "9110 §9.3.7", "9110 §9.3.8",
    ])
    func aSectionThatMattersHasARow(section: String) throws {
        #expect(try table().sections.contains(section))
    }

    @Test func everySectionOfTheRequestsHasARow() throws {
        let sections = try table().sections
        for row in WireCase.all where row.section.hasPrefix("RFC 911") {
            let section = row.section.dropFirst(4).prefix { $0 != "," }
            #expect(sections.contains(String(section)), "\(row)")
        }
    }

    @Test func aRowWithoutATestAndATestThatIsGoneAreFindings() {
        let table = HTTPTable(
            "| 9112 §1 | rule | what | `ATests.one`, `ATests.two` |\n| 9112 §2 | rule | what | none |\n| other | x |")
        #expect(table.rows.map(\.section) == ["9112 §1", "9112 §2"])
        let file = SourceFile(path: "Tests/XTests/ATests.swift", "@Test func one() {}\n")
        #expect(table.findings(tests: [file]).map(\.line) == [1, 2])
    }
}
