import FHIR
import Testing

@testable import Storage

/// What is found in a base that is not as it was written.
@Suite struct BaseDamageTests {
    /// The numbers of the lines with a flaw.
    private func flaws(_ bytes: [UInt8]) throws -> [Int] { try BaseContent(bytes).flaws.map(\.line) }

    /// The lines of the small base, each with its newline.
    private func lines() throws -> [[UInt8]] {
        try [BaseLine].small().base().split(separator: Journal.newline).map { $0 + [Journal.newline] }
    }

    @Test func everyChangedByteIsOneFlawAndItsLineNamed() throws {
        let lines = try lines()
        let base = Array(lines.joined())
        let sound = try BaseContent(base).lines
        let values = Array("\n}{\",07".utf8) + [0, 0xFF]
        var place = 0
        for (index, line) in lines.enumerated() {
            for byte in line {
                for value in values + [byte ^ 1, byte ^ 0x80] where value != byte {
                    var changed = base
                    changed[place] = value
                    let content = try BaseContent(changed)
                    #expect(content.flaws.map(\.line) == [index + 1], "byte \(place) of line \(index + 1) = \(value)")
                    // Whatever is handed on is what was written: all of it but the damaged line, if that.
                    let isNewline = byte == Journal.newline
                    let rest = sound.enumerated().filter { isNewline || $0.offset + 1 != index }.map(\.element)
                    #expect(content.lines == rest, "byte \(place) of line \(index + 1) = \(value)")
                }
                place += 1
            }
        }
    }

    @Test func aBaseThatWasCutShortIsOneFlawWhereverItEnds() throws {
        let lines = try lines()
        let base = Array(lines.joined())
        for length in 0..<base.count {
            let content = try BaseContent(Array(base.prefix(length)))
            let whole = base.prefix(length).count { $0 == Journal.newline }
            #expect(content.flaws.map(\.line) == [whole + 1], "\(length) bytes")
            #expect(content.reader.end == nil)
        }
    }

    @Test func nothingMayStandBehindTheEnd() throws {
        let base = Array(try lines().joined())
        for more in [[UInt8(0)], [Journal.newline], Array("more\n".utf8), try lines()[1], base] {
            #expect(try flaws(base + more) == [10])
        }
        // Also where the end of the base is that of a piece of the file.
        for length in 0..<61 {
            let body = #"{"x":"\#(String(repeating: "x", count: length))"}"#
            #expect(try flaws(try [BaseLine(1, "Patient/a", 1, body: body)].base() + [0]) == [4])
        }
    }

    @Test func missingSwappedAndRepeatedLinesAreFlaws() throws {
        let lines = try lines()
        for place in lines.indices {
            var missing = lines
            missing.remove(at: place)
            #expect(try flaws(Array(missing.joined())) == [place + 1], "\(place)")
            var repeated = lines
            repeated.insert(lines[place], at: place)
            #expect(try flaws(Array(repeated.joined())).first == place + 2)
            guard place > 0 else { continue }
            var swapped = lines
            swapped.swapAt(place - 1, place)
            #expect(try flaws(Array(swapped.joined())).first == place)
        }
    }

    @Test func aBaseWithoutItsNewlinesIsDamagedInItsOneLine() throws {
        let lines = try (1_000..<5_000).map { try BaseLine($0, "Patient/\($0)", 1) }
        let base = try lines.base(commits: 5_000).map { $0 == Journal.newline ? UInt8(ascii: "\r") : $0 }
        #expect(try flaws(base) == [1])
        #expect(try flaws(base + [Journal.newline]) == [1, 1])
    }

    @Test func everyDamagedLineIsNamed() throws {
        var lines = try lines()
        for place in [1, 4, 5, 8] { lines[place][40] ^= 1 }
        #expect(try flaws(Array(lines.joined())) == [2, 5, 6, 9])
    }

    @Test func linesThatTheWriterWouldNotOrderSoAreFlawsThoughTheirChecksumFits() throws {
        let small = try [BaseLine].small()
        for place in small.indices.dropLast() {
            var swapped = small
            swapped.swapAt(place, place + 1)
            let content = try BaseContent(try swapped.base())
            #expect(content.flaws.map(\.line) == [place + 3])
            #expect(content.flaws.first?.reason.contains("out of order") == true)
        }
        let twice = try BaseContent(try [BaseLine](small[...1] + small[1...]).base())
        #expect(twice.flaws.map(\.line) == [4])
    }

    @Test func aCommitBehindTheLastOneIsAFlaw() throws {
        let content = try BaseContent(try [BaseLine].small().base(commits: 6))
        #expect(content.flaws.map(\.reason) == ["commit 7 is in a base of 6 commits"])
        #expect(content.reader.end == nil)
    }

    @Test(
        arguments: [
            (#""seq":1,"type":"Patient","id":"a","version":1,"action":"delete"}"#, 2),
            (
                #""seq":1,"time":"2026-11-24T11:14:02.123Z","changes":[{"type":"Patient","id":"a","version":1,"#
                    + #""action":"delete"},{"type":"Patient","id":"b","version":1,"action":"delete"}]}"#, 2
            ),
            (#""commits":0,"lines":2,"chain":"00000000"} "#, 2), (#""commits":0,"lines":2,"chain":"0000000"}"#, 2),
            (#""commits":0,"lines":2,"chain":"0000000G"}"#, 2), (#""commits":00,"lines":2,"chain":"00000000"}"#, 2),
            (#""commits":0,"lines":02,"chain":"00000000"}"#, 2), (#""commits":0,"chain":"00000000"}"#, 2),
            (#""commits":0,"lines":3,"chain":"00000000"}"#, 2),
            (#""commits":1,"lines":2,"time":"x","chain":"00000000"}"#, 2),
        ])
    func whatThisProgramWouldNotWriteIsAFlawThoughItsChecksumFits(_ rest: String, _ line: Int) throws {
        var (base, chain) = ([UInt8](), Checksum())
        BaseFile.appendHeader(to: &base, after: &chain)
        Journal.seal(into: &base, after: &chain) { $0 += rest.utf8 }
        #expect(try flaws(base).first == line)
        #expect(try BaseContent(base).reader.end == nil)
    }

    @Test func anotherFormatVersionIsRefusedByName() throws {
        let error = try #require(throws: StorageError.self) { _ = try BaseContent(BaseFile.header(version: 2)) }
        #expect(error == .unknownFormat(file: "store/base", found: "keyward-base version 2"))
        #expect(error.description.contains("keyward-base version 1"))
    }

    @Test func aJournalIsNoBase() throws {
        #expect(try flaws(Journal.header()).first == 1)
        #expect(try flaws(Array("hello\n".utf8)) == [1])
        #expect(try flaws(Array("hello\n".utf8) + lines().dropFirst().joined()) == [1])
    }

    @Test func anObjectionOfTheVisitorIsAFlaw() throws {
        let content = try BaseContent(try [BaseLine].small().base()) { $0.isDeleted ? "no" : nil }
        #expect(content.flaws == [JournalFlaw(file: "store/base", line: 4, reason: "no")])
        #expect(content.reader.commits == 8)
    }

    @Test func aDiskThatDoesNotReadIsNoDamage() throws {
        let file = TestFile.holding(try [BaseLine].small().base())
        file.disk.fail("pread", with: 5)
        var reader = BaseReader(file)
        #expect(throws: StorageError.disk(DiskFault(call: "pread", path: file.path, code: 5))) {
            try reader.readAll { _, _ in
                nil
            } report: { _ in
            }
        }
    }
}
