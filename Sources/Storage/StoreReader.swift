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
    var leftovers: [String] { files.leftovers }
    private(set) var base: BaseExtent?
    /// The segments that others follow.
    private(set) var sealed: [Segment] = []
    private(set) var boundary = Boundary()
    /// The segment that grows, read to its end.
    var last: JournalReader
    let lastFile: any DiskFile
    let sealedFiles: [any DiskFile]
    /// The commits that the segments follow.
    var segments: [Int] { files.segments.isEmpty ? [0] : files.segments }
    /// Of all files.
    private(set) var lines = 0
    /// Sound commits in the segments, and sound versions in the base.
    private(set) var sound = 0
    /// Of the newest commit.
    private(set) var time: Instant?

    private let files: StoreFiles
    private let baseFile: (any DiskFile)?

    /// What is told of a version besides itself: whether it stands in the base, where those before it may be missing.
    typealias Visit = (_ version: StoredVersion, _ isInBase: Bool) -> String?
    typealias Report = (JournalFlaw) throws(StorageError) -> Void

    /// Opens all files at once: what is removed afterwards by a compaction can still be read.
    ///
    /// - Parameter purpose: what the last segment is opened for. With `creating` it is made where there is no store.
    /// - Throws: `missing`, `damaged` where a file is missing, `disk`.
    init(_ folder: String, disk: any Disk, for purpose: OpenPurpose) throws(StorageError) {
        var attempts = 3
        while true {
            let files: StoreFiles
            do throws(DiskFault) {
                files = StoreFiles(names: try disk.names(in: folder))
            } catch {
                throw error.isMissing ? .missing(folder: folder) : .disk(error)
            }
            if files.isEmpty, purpose != .creating { throw .missing(folder: folder) }
            if !files.isEmpty, let missing = files.missing {
                let reason = "the segment is missing, and with it all commits from \((files.base ?? 0) + 1) on"
                throw .damaged(folder: folder, JournalFlaw(file: "\(folder)/\(missing)", line: 1, reason: reason))
            }
            do throws(DiskFault) {
                try self.init(files, in: folder, disk: disk, for: purpose)
                return
            } catch {
                attempts -= 1
                // A compaction may have put others in their place meanwhile.
                guard error.isMissing, attempts > 0 else { throw .disk(error) }
            }
        }
    }

    private init(
        _ files: StoreFiles, in folder: String, disk: any Disk, for purpose: OpenPurpose
    ) throws(DiskFault) {
        func open(_ name: String, for purpose: OpenPurpose = .reading) throws(DiskFault) -> any DiskFile {
            try disk.open("\(folder)/\(name)", for: purpose)
        }
        self.files = files
        baseFile = try files.base.map { commits throws(DiskFault) in try open(BaseFile.name(commits: commits)) }
        sealedFiles = try files.segments.dropLast().map { behind throws(DiskFault) in
            try open(StoreFiles.segment(behind: behind))
        }
        lastFile = try open(StoreFiles.segment(behind: files.segments.last ?? 0), for: purpose)
        last = JournalReader(lastFile)
    }

    /// Hands each version to `visit`, which may object to it with a reason, and each flaw to `report`, which may throw
    /// to stop.
    mutating func readAll(visit: Visit, report: Report) throws(StorageError) {
        var position = JournalPosition()
        if let baseFile, let commits = files.base {
            var reader = BaseReader(baseFile)
            try reader.readAll { _, version in
                sound += 1
                return visit(version, true)
            } report: { flaw throws(StorageError) in
                try report(flaw)
            }
            lines += reader.lines
            time = reader.time
            base = BaseExtent(file: baseFile, commits: commits, bytes: reader.length, chain: reader.chain)
            position = JournalPosition(sequence: commits, running: LineChain(after: reader.chain))
        }
        for (file, behind) in zip(sealedFiles, files.segments) {
            let reader = try read(file, behind: behind, position, visit, report)
            if reader.tornTail > 0 || reader.lines == 0 {
                let reason = "the segment ends within a line, though others follow: it was cut short"
                try report(JournalFlaw(file: file.path, line: reader.lines + 1, reason: reason))
            }
            sealed.append(Segment(file: file, bytes: reader.length))
            position = reader.position
        }
        boundary = Boundary(position: position, time: time)
        last = try read(lastFile, behind: files.segments.last ?? 0, position, visit, report)
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
