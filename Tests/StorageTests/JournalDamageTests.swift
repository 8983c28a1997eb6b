import FHIR
import Testing

@testable import Storage

/// What a journal that is not as it was written does to a start.
@Suite struct JournalDamageTests {
    private func open(_ journal: [UInt8]) throws(StorageError) -> (store: JournalStore, recovery: Recovery) {
        try JournalStore.open("store", disk: TestDisk(journal: journal), clock: TestClock().now)
    }

    /// The flaw a start names; nil when it starts, or fails otherwise.
    private func firstFlaw(in journal: [UInt8]) -> JournalFlaw? {
        do throws(StorageError) {
            _ = try open(journal)
        } catch {
            if case .damaged("store", let flaw) = error { return flaw }
        }
        return nil
    }

    @Test func aTornTailIsCutAndReportedWhereverTheLineWasTorn() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        let sound = Array(lines.dropLast().joined())
        let last = try #require(lines.last)
        for torn in 1..<last.count {
            let disk = TestDisk(journal: sound + last.prefix(torn))
            let (store, recovery) = try JournalStore.open("store", disk: disk, clock: TestClock().now)
            #expect(recovery.cutBytes == torn)
            #expect(recovery.commits == lines.count - 2)
            #expect(disk.journal() == sound)
            #expect(store.current(try key("Patient/c")) == nil)
            #expect(try await store.put("Patient/c").version?.version == 1)
            await store.close()
            #expect(try self.open(disk.journal()).recovery.cutBytes == 0)
        }
    }

    @Test func zerosBehindTheLastLineWereNeverWrittenAndAreCut() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        let sound = Array(lines.dropLast().joined())
        let zeros = [UInt8](repeating: 0, count: 4_096)
        #expect(try open(sound + zeros).recovery.cutBytes == 4_096)
        #expect(try open(sound + lines[lines.count - 1].prefix(40) + zeros).recovery.cutBytes == 4_136)
        // But not in front of a line.
        #expect(firstFlaw(in: sound + zeros + lines[lines.count - 1])?.line == lines.count)
    }

    @Test func everyChangedByteIsFoundAndItsLineNamed() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        let journal = Array(lines.joined())
        var place = 0
        for (index, line) in lines.enumerated() {
            for _ in line {
                for bits: UInt8 in [0x01, 0x80, 0xFF] {
                    var changed = journal
                    changed[place] ^= bits
                    let flaw = firstFlaw(in: changed)
                    #expect(flaw?.line == index + 1, "byte \(place) of line \(index + 1) ^ \(bits)")
                }
                for value: UInt8 in [0, UInt8(ascii: "\n"), UInt8(ascii: "}")] where journal[place] != value {
                    // A zero in place of the last newline costs nothing (the test below).
                    if value == 0, place == journal.count - 1 { continue }
                    var changed = journal
                    changed[place] = value
                    #expect(firstFlaw(in: changed)?.line == index + 1, "byte \(place) of line \(index + 1) = \(value)")
                }
                place += 1
            }
        }
    }

    /// A power cut may leave it, in front of the first page that was not written; so may a change of the newline.
    @Test(arguments: [1, 2, 4_096])
    func aZeroInPlaceOfTheLastNewlineCostsNothing(_ zeros: Int) async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        let journal = Array(lines.joined())
        let disk = TestDisk(journal: journal.dropLast() + [UInt8](repeating: 0, count: zeros))
        #expect(try JournalStore.verify("store", readOnly: true, disk: disk).findings.isEmpty)
        let (store, recovery) = try JournalStore.open("store", disk: disk, clock: TestClock().now)
        #expect(recovery.commits == lines.count - 1)
        #expect(recovery.cutBytes == zeros - 1)
        #expect(disk.journal() == journal)
        #expect(store.current(try key("Patient/c"))?.version == 1)
        try await store.put("Patient/d")
        await store.close()
        #expect(try open(disk.journal()).recovery.commits == lines.count)
    }

    @Test func theLastNewlineChangedBeforeATornWriteIsDamageAndNoTear() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        let sound = Array(lines.dropLast().joined())
        let torn = lines[lines.count - 1].prefix(30)
        #expect(firstFlaw(in: sound.dropLast() + [0] + torn)?.line == lines.count - 1)
    }

    @Test func aMissingLineIsFoundAndItsCommitNamed() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        for missing in 0..<(lines.count - 1) {
            var rest = lines
            rest.remove(at: missing)
            let flaw = try #require(firstFlaw(in: Array(rest.joined())))
            #expect(flaw.line == missing + 1)
            if missing > 0 { #expect(flaw.reason.contains("commit \(missing + 1) stands where \(missing) belongs")) }
        }
    }

    @Test func swappedAndRepeatedLinesAreFound() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        for first in 0..<(lines.count - 1) {
            var swapped = lines
            swapped.swapAt(first, first + 1)
            #expect(firstFlaw(in: Array(swapped.joined()))?.line == first + 1)
            var repeated = lines
            repeated.insert(lines[first], at: first)
            #expect(firstFlaw(in: Array(repeated.joined()))?.line == first + 2)
        }
    }

    @Test func aDamagedJournalIsLeftAsItIsAndTheMessageHelps() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        var journal = Array(lines.joined())
        journal[lines[0].count + lines[1].count + 60] ^= 1
        let disk = TestDisk(journal: journal)
        let error = try #require(throws: StorageError.self) { try JournalStore.opened(on: disk) }
        #expect(error.description.contains("store/journal.ndjson, line 3"))
        #expect(error.description.contains("keyward store verify --store store"))
        #expect(disk.journal() == journal)
        #expect(disk.calls("ftruncate") == 1)  // the lock file's
    }

    @Test func anotherFormatVersionIsRefusedByName() throws {
        let error = try #require(throws: StorageError.self) { try open(Journal.header(version: 2)) }
        #expect(error == .unknownFormat(file: "store/journal.ndjson", found: "keyward-journal version 2"))
    }

    @Test func aFileOfSomebodyElseIsNotTaken() {
        #expect(firstFlaw(in: Array("hello".utf8))?.line == 1)
        #expect(firstFlaw(in: Array("hello\n".utf8))?.line == 1)
    }

    @Test func aStoreWhoseCreationWasCutShortIsCreatedAgain() async throws {
        for length in 0..<Journal.header().count {
            let disk = TestDisk(journal: Array(Journal.header().prefix(length)))
            let store = try JournalStore.opened(on: disk)
            #expect(disk.journal() == Journal.header())
            try await store.put("Patient/a")
            await store.close()
            #expect(try JournalStore.opened(on: disk).current(try key("Patient/a"))?.version == 1)
        }
    }
}
