import FHIR
import Testing

@testable import Storage

/// What `verify` says of a journal.
@Suite struct JournalReportTests {
    private func verify(_ journal: [UInt8]) throws -> JournalReport {
        let disk = TestDisk(journal: journal)
        let report = try JournalStore.verify("store", readOnly: true, disk: disk)
        #expect(disk.journal() == journal)
        #expect(disk.calls("pwrite") == 0)
        #expect(disk.calls("flock") == 0)
        return report
    }

    @Test func aSoundJournalHasNoFindings() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        let report = try verify(Array(lines.joined()) + lines[1].prefix(17))
        #expect(report.findings == [])
        #expect(report.lines == 6)
        #expect(report.commits == 5)
        #expect(report.resources == 2)
        #expect(report.tornTail == 17)
    }

    @Test func aChangedByteIsOneFindingEvenInTheChecksum() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        for place in [9, 16, 30, 100] {
            var journal = Array(lines.joined())
            let offset = lines[0].count + lines[1].count + place
            journal[offset] = journal[offset] == UInt8(ascii: "7") ? UInt8(ascii: "6") : UInt8(ascii: "7")
            let report = try verify(journal)
            #expect(report.findings.map(\.line) == [3], "byte \(place)")
            #expect(report.findings.first?.reason.contains("checksum") == true)
        }
    }

    @Test func everyDamagedPlaceIsListed() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        var damaged = lines
        damaged[1][60] ^= 1
        damaged[4][60] ^= 1
        #expect(try verify(Array(damaged.joined())).findings.map(\.line) == [2, 5])
    }

    @Test func aMissingLineIsNamedByItsCommit() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        let report = try verify(Array((lines[0...1] + lines[4...]).joined()))
        #expect(report.findings.first?.line == 3)
        #expect(report.findings.first?.reason.contains("commit 4 stands where 2 belongs") == true)
        #expect(report.findings.count == 1)
    }

    @Test(
        arguments: [
            (#"{"resourceType":"Client","id":"a","secret":"literal-value"}"#, "literal"),
            (#"{"resourceType":"Client","id":"b"}"#, "Client/b and not Client/a"),
            (#"{"resourceType":"Client","id":"a""#, "line 1, column"),
            (#"[]"#, "not a JSON object"),
        ])
    func aResourceThatShouldNeverHaveEnteredIsAFinding(_ body: String, _ reason: String) throws {
        var journal = Journal.header()
        var chain = Checksum()
        chain.add(journal.span.extracting(Journal.sealLength...))
        let stored = StoredVersion(
            key: try key("Client/a"), version: 1, lastUpdated: TestClock().now(), body: Array(body.utf8))
        JournalEntry(sequence: 1, versions: [stored]).append(to: &journal, after: &chain)
        let findings = try verify(journal).findings
        #expect(findings.map(\.line) == [2])
        #expect(findings.first?.reason.contains(reason) == true, "\(findings)")
        #expect(findings.first?.reason.contains("literal-value") == false)
    }

    @Test(arguments: [true, false])
    func theGreatestNumberInPlaceOfACommitsIsNotReckonedOnFrom(checksumFits: Bool) throws {
        var journal = Journal.header()
        var chain = Checksum()
        chain.add(journal.span.extracting(Journal.sealLength...))
        for (sequence, id) in [(Int.max, "a"), (2, "b")] {
            let body = Array(#"{"resourceType":"Patient","id":"\#(id)"}"#.utf8)
            let stored = StoredVersion(
                key: try key("Patient/\(id)"), version: 1, lastUpdated: TestClock().now(), body: body)
            JournalEntry(sequence: sequence, versions: [stored]).append(to: &journal, after: &chain)
        }
        // A digit of the first commit's checksum.
        let place = Journal.header().count + Journal.opening.count
        if !checksumFits {
            journal[place] = journal[place] == UInt8(ascii: "7") ? UInt8(ascii: "6") : UInt8(ascii: "7")
        }
        let lines = try verify(journal).findings.map(\.line)
        #expect(lines == [2])
    }

    @Test func whileAServerHoldsTheStoreOnlyReadOnlyWorks() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        try await store.put("Patient/a")
        #expect(throws: StorageError.self) { try JournalStore.verify("store", readOnly: false, disk: disk) }
        #expect(try JournalStore.verify("store", readOnly: true, disk: disk).commits == 1)
        await store.close()
        #expect(try JournalStore.verify("store", readOnly: false, disk: disk).commits == 1)
        _ = try JournalStore.opened(on: disk)
    }

    @Test func aFolderWithoutAStoreIsMissingAndStaysSo() {
        let disk = TestDisk()
        #expect(throws: StorageError.missing(folder: "store")) {
            try JournalStore.verify("store", readOnly: false, disk: disk)
        }
        #expect(disk.calls("flock") == 0)
    }
}
