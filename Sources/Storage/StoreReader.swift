import FHIR

/// Reads a store from its beginning: the base, and the segments behind it, each held to what its writer promises and to
/// what is before it.
struct StoreReader {
    /// A segment that was read.
    struct Segment: Sendable {
        let file: any DiskFile
        let bytes: Int
    }

    /// A base that was read.
    struct BaseExtent: Sendable {
        let file: any DiskFile
        let commits: Int
        let bytes: Int
        /// The journal's checksum behind them.
        let chain: Checksum
    }

    /// The end of what is sealed.
    struct Boundary: Sendable {
        var position = JournalPosition()
        /// Of its last commit.
        var time: Instant?
    }

    /// What an interrupted compaction has left.
    var leftovers: [String] { files.names.leftovers }
    private(set) var base: BaseExtent?
    /// The segments that others follow.
    private(set) var sealed: [Segment] = []
    private(set) var boundary = Boundary()
    /// The segment that grows, read to its end.
    var last: JournalReader
    let lastFile: any DiskFile
    /// All of them, each with the number of the commit that it goes on behind.
    var segments: [(behind: Int, file: any DiskFile)] { files.segments }
    /// Of all files.
    private(set) var lines = 0
    /// Sound commits in the segments, and sound versions in the base.
    private(set) var sound = 0
    /// Of the newest commit.
    private(set) var time: Instant?

    private let files: OpenedFiles

    /// What is told of a version besides itself: whether it stands in the base, where those before it may be missing.
    typealias Visit = (_ version: StoredVersion, _ isInBase: Bool) -> String?
    typealias Report = (JournalFlaw) throws(StorageError) -> Void

    /// - Parameter purpose: what the last segment is opened for. With `creating` it is made where there is no store.
    /// - Throws: `missing`, `damaged` where a file is missing, `disk`.
    init(_ folder: String, disk: any Disk, for purpose: OpenPurpose) throws(StorageError) {
        files = try OpenedFiles(folder, disk: disk, for: purpose)
        lastFile = files.segments[files.segments.count - 1].file
        last = JournalReader(lastFile)
    }

    /// Hands each version to `visit`, which may object to it with a reason, and each flaw to `report`, which may throw
    /// to stop.
    mutating func readAll(visit: Visit, report: Report) throws(StorageError) {
        var position = JournalPosition()
        if let file = files.base, let commits = files.names.base {
            var reader = BaseReader(file, of: commits)
            try reader.readAll { _, version in
                sound += 1
                return visit(version, true)
            } report: { flaw throws(StorageError) in
                try report(flaw)
            }
            lines += reader.lines
            time = reader.time
            base = BaseExtent(file: file, commits: commits, bytes: reader.length, chain: reader.chain)
            position = JournalPosition(sequence: commits, running: LineChain(after: reader.chain))
        }
        for (behind, file) in files.segments.dropLast() {
            let reader = try read(file, behind: behind, position, visit, report)
            if let flaw = reader.flawOfEnd(behind: behind, isFollowed: true) { try report(flaw) }
            sealed.append(Segment(file: file, bytes: reader.length))
            position = reader.position
        }
        boundary = Boundary(position: position, time: time)
        let behind = files.segments.last?.behind ?? 0
        last = try read(lastFile, behind: behind, position, visit, report)
        if let flaw = last.flawOfEnd(behind: behind, isFollowed: false) { try report(flaw) }
    }

    private mutating func read(
        _ file: any DiskFile, behind: Int, _ position: JournalPosition, _ visit: Visit, _ report: Report
    ) throws(StorageError) -> JournalReader {
        if behind != position.sequence {
            let reason = "the segment goes on behind commit \(behind), the one before it ends with \(position.sequence)"
            try report(JournalFlaw(file: file.path, line: 1, reason: reason))
        }
        var reader = JournalReader(file, after: position)
        try reader.readAll { entry, _ in
            sound += 1
            time = entry.time
            var objection: String?
            entry.forEachVersion { version in
                let found = visit(version, false)
                objection = objection ?? found
            }
            return objection
        } report: { flaw throws(StorageError) in
            try report(flaw)
        }
        lines += reader.lines
        return reader
    }
}
