import FHIR
import JSON
import Testing

@testable import Storage

/// A base as it is written, and read when it is sound.
@Suite struct BaseFileTests {
    @Test func whatIsWrittenIsRead() throws {
        let lines = try [BaseLine].small()
        let content = try BaseContent(try lines.base())
        #expect(content.flaws == [])
        #expect(content.lines == lines)
        #expect(content.reader.lines == 9)
        #expect(content.reader.commits == 8)
        #expect(content.reader.time == Instant(milliseconds: 0))
        #expect(content.reader.chain.text == Array("0123abcd".utf8))
    }

    @Test func aBaseOfNothingIsABase() throws {
        let bytes = try [].base(commits: 0, time: nil, chain: "00000000")
        let content = try BaseContent(bytes)
        #expect(content.flaws == [])
        #expect(content.lines == [])
        #expect(content.reader.end == BaseEnd(commits: 0, lines: 2, time: nil, chain: Checksum()))
        #expect(bytes.count == BaseFile.header().count + #"{"crc":"","commits":0,"lines":2,"chain":""}"#.count + 17)
    }

    @Test func everyLineIsTheFormThatIsDescribed() throws {
        let lines = try [BaseLine].small().base().split(separator: UInt8(ascii: "\n"))
        let objects = try lines.map { line in
            let value = try JSONValue.parse(Array(line).span, maximumDepth: 100)
            return try #require(value.object)
        }
        #expect(objects[0].members.map(\.name) == ["crc", "format", "version"])
        #expect(objects[0]["format"]?.string == "keyward-base")
        let put = ["crc", "seq", "type", "id", "version", "time", "action", "resource"]
        #expect(objects[2].members.map(\.name) == put)
        #expect(objects[3].members.map(\.name) == put.dropLast())
        #expect(objects[8].members.map(\.name) == ["crc", "commits", "lines", "time", "chain"])
        #expect(objects[8]["chain"]?.string == "0123abcd")
        // The recipe of docs/store.md for the journal is that for a base.
        var chain = Checksum()
        for line in lines {
            chain.add((Array(line.dropFirst(18)) + [Journal.newline]).span)
            #expect(line.starts(with: Array(#"{"crc":""#.utf8) + chain.text))
        }
    }

    @Test func longLinesAndManyOfThemAreWrittenInOrder() throws {
        let long = #"{"x":""# + String(repeating: "x", count: 1 << 20) + #""}"#
        var lines = [try BaseLine(1, "Client/long", 1, body: long), try BaseLine(2, "Client/long", 2, body: long)]
        for id in 1_000..<4_000 { lines.append(try BaseLine(id, "Patient/\(id)", 1, body: #"{"x":"\#(id)"}"#)) }
        let file = TestFile.holding([])
        var writer = BaseWriter(file)
        for line in lines { try writer.append(sequence: line.sequence, line.version) }
        #expect(file.disk.calls("pwrite") == 2)
        #expect(file.disk.calls("fdatasync") == 0)
        try writer.finish(commits: 4_000, time: nil, chain: Checksum())
        #expect(file.disk.calls("pwrite") == 3)
        #expect(file.disk.calls("fdatasync") == 1)
        #expect(writer.length == file.content.count)
        // Read in greater pieces than a test's disk gives, which would take its time.
        var (read, flaws): ([BaseLine], [JournalFlaw]) = ([], [])
        var reader = BaseReader(WholeFile(content: file.content))
        try reader.readAll {
            read.append(BaseLine(sequence: $0, version: $1))
            return nil
        } report: {
            flaws.append($0)
        }
        #expect(flaws == [])
        #expect(read == lines)
    }

    @Test func whatTheFileHeldBeforeIsGone() throws {
        let file = TestFile.holding([UInt8](repeating: 7, count: 10_000))
        var writer = BaseWriter(file)
        try writer.finish(commits: 8, time: nil, chain: Checksum())
        #expect(try BaseContent(file.content).flaws == [])
    }

    @Test(arguments: ["pwrite", "fdatasync", "ftruncate"])
    func aDiskThatFailsIsTold(_ call: String) throws {
        let file = TestFile.holding([])
        file.disk.fail(call, with: DiskFault.noSpace)
        var writer = BaseWriter(file)
        #expect(throws: DiskFault(call: call, path: file.path, code: DiskFault.noSpace)) {
            try writer.finish(commits: 8, time: nil, chain: Checksum())
        }
    }

    @Test(arguments: [0, 1, 999_999_999_999, 1_000_000_000_000, 999_999_999_999_999])
    func aNameSaysHowManyCommits(_ commits: Int) {
        let name = BaseFile.name(commits: commits)
        #expect(BaseFile.commits(inName: name) == commits)
        #expect(BaseFile.commits(inName: name + StoreFiles.unfinished) == nil)
    }

    @Test func onlyWhatIsWrittenIsAName() {
        #expect(BaseFile.name(commits: 42) == "base-000000000042.ndjson")
        for name in [
            "base-42.ndjson", "base-0000000000042.ndjson", "base-00000000004x.ndjson", "base--00000000042.ndjson",
            "base-+00000000042.ndjson", "base-.ndjson", "base-99999999999999999999.ndjson", "journal.ndjson", "",
            "base-000000000042.ndjson.new", "base-000000000042",
        ] { #expect(BaseFile.commits(inName: name) == nil, "\(name)") }
    }
}

/// A file that is read as a real one is.
private final class WholeFile: DiskFile {
    let path = "base"
    private let content: [UInt8]

    init(content: [UInt8]) { self.content = content }

    func read(upTo count: Int, at offset: Int) throws(DiskFault) -> [UInt8] {
        [UInt8](content[min(offset, content.count)...].prefix(count))
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(DiskFault) -> Int { 0 }
    func truncate(to length: Int) throws(DiskFault) {}
    func sync() throws(DiskFault) {}
    func isInPlace() throws(DiskFault) -> Bool { true }
    func lock() throws(DiskFault) -> Bool { false }
}
