import FHIR
import Testing

@testable import Storage

/// How a journal is read on behind damage.
@Suite struct JournalReaderTests {
    private func read(_ journal: [UInt8]) throws -> (flaws: [Int], sequences: [Int], reader: JournalReader) {
        var reader = JournalReader(TestFile.holding(journal))
        var (flaws, sequences): ([Int], [Int]) = ([], [])
        try reader.readAll { entry, _ in
            sequences.append(entry.sequence)
            return nil
        } report: {
            flaws.append($0.line)
        }
        return (flaws, sequences, reader)
    }

    @Test func everyChangedByteIsOneFlawAndAllOtherLinesAreRead() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        let journal = Array(lines.joined())
        var place = 0
        for (index, line) in lines.enumerated() {
            for byte in line {
                for value in [Journal.newline, UInt8(ascii: "}"), 0, byte ^ 1] where value != byte {
                    var changed = journal
                    changed[place] = value
                    let (flaws, sequences, reader) = try read(changed)
                    // A zero in place of the last newline is a write that was cut short there, or as good as that.
                    let isCut = place == journal.count - 1 && value == 0
                    #expect(flaws == (isCut ? [] : [index + 1]), "byte \(place) of line \(index + 1) = \(value)")
                    let isNewline = byte == Journal.newline
                    let others = (1..<lines.count).filter { $0 != index || isNewline }
                    #expect(sequences == others, "byte \(place) of line \(index + 1) = \(value)")
                    if index < lines.count - 1 { #expect(reader.sequence == lines.count - 1) }
                }
                place += 1
            }
        }
    }

    @Test func aHeaderThatIsAllGoneIsOneFlaw() async throws {
        let (_, lines) = try await TestDisk.withSmallJournal()
        let (flaws, sequences, _) = try read(Array("hello\n".utf8) + lines.dropFirst().joined())
        #expect(flaws == [1])
        #expect(sequences == [1, 2, 3, 4, 5])
    }
}
