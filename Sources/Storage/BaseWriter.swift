import FHIR

/// Writes a base into a file, from its beginning, in place of what the file held. What fails leaves a file without a
/// sound end, which no reader takes for a base.
struct BaseWriter {
    private let file: any DiskFile
    /// Bytes that the file has taken.
    private var written = 0
    private var buffer: [UInt8] = []
    private var chain = Checksum()
    private var lines = 1

    /// Bytes that are written at once, but for a version that is longer.
    private static let room = 1 << 20

    /// Bytes of the base up to here.
    var length: Int { written + buffer.count }

    /// Writes nothing yet.
    init(_ file: any DiskFile) {
        self.file = file
        BaseFile.appendHeader(to: &buffer, after: &chain)
    }

    /// Adds a version, which must follow the one before in the order of type name, id and version.
    ///
    /// - Parameter sequence: the number of the commit that made it.
    mutating func append(sequence: Int, _ version: StoredVersion) throws(DiskFault) {
        JournalEntry(sequence: sequence, versions: [version]).append(to: &buffer, after: &chain)
        lines += 1
        if buffer.count >= Self.room { try flush() }
    }

    /// Ends the base. When this returns, all of the file has reached the disk; its name in the folder may not have.
    ///
    /// - Parameters:
    ///   - commits: the base holds what is kept of commits 1 to this one.
    ///   - time: of that commit; nil where there is none.
    ///   - chain: the journal's running checksum behind it.
    mutating func finish(commits: Int, time: Instant?, chain: Checksum) throws(DiskFault) {
        lines += 1
        BaseEnd(commits: commits, lines: lines, time: time, chain: chain).append(to: &buffer, after: &self.chain)
        try flush()
        try file.sync()
    }

    private mutating func flush() throws(DiskFault) {
        // What an interrupted compaction left may be longer than this base.
        if written == 0 { try file.truncate(to: 0) }
        try file.writeAll(buffer.span, at: written)
        written += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }
}
