import FHIR

/// The growing end of a journal. It is used from the store's queue alone.
struct JournalWriter {
    private(set) var file: any DiskFile
    /// Bytes of the segment that are durable; the next batch begins here.
    private(set) var length: Int
    /// Behind the last commit, or the header.
    private(set) var chain: Checksum
    /// Of the last commit.
    private(set) var sequence: Int
    /// Why nothing can be written any more, whatever happens.
    private(set) var isStopped: String?

    init(_ file: any DiskFile, after reader: JournalReader) {
        self.file = file
        length = reader.length
        chain = reader.chain
        sequence = reader.sequence
    }

    /// Bytes written, with no newline among them, to see whether there is room again.
    private static let probe = [UInt8](repeating: 0, count: 65_536)

    /// Writes all of `commits`, the versions of each, with one write and one sync.
    ///
    /// - Throws: `full` or `unavailable`; then none of them is in the journal. After a failed sync nobody knows which
    ///   pages reached the disk, and a second sync would say that all is well (Linux forgets the error with the first
    ///   answer): this writer then takes nothing more. The same when a failed write cannot be taken back.
    mutating func append(_ commits: [[StoredVersion]]) throws(StorageError) {
        var bytes: [UInt8] = []
        var chain = chain
        for (place, versions) in commits.enumerated() {
            JournalEntry(sequence: sequence + 1 + place, versions: versions).append(to: &bytes, after: &chain)
        }
        try write(bytes.span)
        do {
            try file.sync()
        } catch {
            stop("\(error): what is on the disk is unknown; \(Self.untilRestart)")
            // So that a restart does not read back, from memory, what the disk may not have.
            try? file.truncate(to: length)
            throw stopped
        }
        length += bytes.count
        sequence += commits.count
        self.chain = chain
    }

    /// Makes the end of the segment durable, before another one follows it. What a write that failed had left was cut
    /// off, but a power cut may bring it back until then: a torn tail, which only the last segment may have.
    mutating func seal() throws(StorageError) {
        guard isStopped == nil else { throw stopped }
        try checkPlace()
        do {
            try file.sync()
        } catch {
            stop("\(error): what is on the disk is unknown; \(Self.untilRestart)")
            throw stopped
        }
    }

    /// What stands in a file that nobody will find again must not be answered for.
    ///
    /// - Throws: `unavailable` while the store's folder is not where it was opened.
    func checkPlace() throws(StorageError) {
        let isInPlace: Bool
        do { isInPlace = try file.isInPlace() } catch { throw .unavailable("\(error); \(Self.untilThatEnds)") }
        guard isInPlace else {
            throw .unavailable(
                "\(file.path) is not the store's file any more: it or its folder was moved, removed or replaced; "
                    + "put it back, or restart the server")
        }
    }

    private static let untilRestart = "the store takes no writes until the server is restarted"
    private static let untilThatEnds = "nothing can be written until that ends"

    /// Goes on in a new segment, of which the header is durable.
    mutating func goOn(in file: any DiskFile, behind header: [UInt8]) {
        self.file = file
        length = header.count
        chain = chain.after(header.span)
    }

    /// Sees whether a write would succeed again, without leaving a trace.
    mutating func tryRoom() throws(StorageError) {
        try write(Self.probe.span)
        try takeBack(durably: false)
    }

    /// From now on `append` throws `unavailable` with this reason.
    mutating func stop(_ reason: String) {
        isStopped = isStopped ?? reason
    }

    private var stopped: StorageError { .unavailable(isStopped ?? "stopped") }

    private mutating func write(_ bytes: Span<UInt8>) throws(StorageError) {
        guard isStopped == nil else { throw stopped }
        try checkPlace()
        var taken = 0
        do {
            try file.writeAll(bytes, at: length, taken: &taken)
        } catch {
            // A file system that has become read-only refuses this too, and there is nothing to be taken back.
            if taken > 0 { try takeBack(durably: true) }
            throw error.isFull ? .full(error) : .unavailable("\(error); \(Self.untilThatEnds)")
        }
    }

    /// Cuts off what stands behind the durable bytes. What may hold a newline must be gone `durably` before anything is
    /// written in its place: a power cut could leave the beginning of the new bytes in front of the rest of the old.
    private mutating func takeBack(durably: Bool) throws(StorageError) {
        do {
            try file.truncate(to: length)
            if durably { try file.sync() }
        } catch {
            stop("\(error): a failed write cannot be taken back; \(Self.untilRestart)")
            throw stopped
        }
    }
}
