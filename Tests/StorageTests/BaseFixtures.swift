import FHIR
import Synchronization

@testable import Storage

/// What stands in a base: a version, and the number of the commit that made it.
struct BaseLine: Equatable {
    let sequence: Int
    let version: StoredVersion

    /// A version whose text is `key`, a put unless `body` is nil.
    init(_ sequence: Int, _ text: String, _ version: Int, body: String? = "{}") throws {
        self.sequence = sequence
        self.version = StoredVersion(
            key: try key(text), version: version,
            lastUpdated: Instant(milliseconds: 1_700_000_000_000 + Int64(sequence)), body: body.map { Array($0.utf8) })
    }

    init(sequence: Int, version: StoredVersion) {
        self.sequence = sequence
        self.version = version
    }
}

/// What a base was found to hold.
struct BaseContent {
    var lines: [BaseLine] = []
    var flaws: [JournalFlaw] = []
    var reader: BaseReader

    init(_ bytes: [UInt8], visit: (StoredVersion) -> String? = { _ in nil }) throws(StorageError) {
        reader = BaseReader(TestFile.holding(bytes))
        var (lines, flaws): ([BaseLine], [JournalFlaw]) = ([], [])
        try reader.readAll { sequence, version in
            lines.append(BaseLine(sequence: sequence, version: version))
            return visit(version)
        } report: { flaw in
            flaws.append(flaw)
        }
        (self.lines, self.flaws) = (lines, flaws)
    }
}

extension TestFile {
    /// A file on a disk of its own.
    static func holding(_ bytes: [UInt8], named name: String = "store/base") -> TestFile {
        let disk = TestDisk()
        disk.state.withLock { $0.files[name] = bytes }
        return TestFile(disk: disk, path: name)
    }

    var content: [UInt8] { disk.state.withLock { $0.files[path] ?? [] } }
}

extension [BaseLine] {
    /// Seven versions of four types, none of them easy.
    static func small() throws -> [BaseLine] {
        [
            try BaseLine(7, "AidboxTopicDestination/a", 1),
            try BaseLine(3, "Client/basic", 1, body: #"{"x":{"seq":1,"crc":"0c1e80b2"},"y":[{},{}]}"#),
            try BaseLine(5, "Client/basic", 2, body: nil),
            try BaseLine(1, "Observation/A", 1, body: #"{"x":1.10}"#),
            try BaseLine(2, "Observation/a", 9),
            try BaseLine(4, "Observation/a", 10),
            try BaseLine(6, "Patient/a.b", 1),
        ]
    }

    /// The base of these lines, written by the writer whatever their order is.
    func base(commits: Int = 8, time: Instant? = Instant(milliseconds: 0), chain: String = "0123abcd")
        throws -> [UInt8]
    {
        let file = TestFile.holding([])
        var writer = BaseWriter(file)
        for line in self { try writer.append(sequence: line.sequence, line.version) }
        try writer.finish(commits: commits, time: time, chain: Checksum(text: chain.utf8.span) ?? Checksum())
        return file.content
    }
}
