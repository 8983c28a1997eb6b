import FHIR

/// Reads all of a store, whatever is damaged or missing, and finds what is sound, what is not and what is lost by that.
struct StoreSurvey {
    /// A sound version, where it was found.
    struct Finding {
        let version: StoredVersion
        /// The number of the commit that made it.
        let commit: Int
        /// In a segment; nil in the base.
        let place: LinePlace?
    }

    private(set) var ledger = LossLedger()
    /// Whole lines of all files.
    private(set) var lines = 0
    /// Sound commits in the segments, and sound versions in the base.
    private(set) var sound = 0
    /// Of the last segment.
    private(set) var tornTail = 0
    /// Of the newest sound version.
    private(set) var time: Instant?
    /// Sound lines whose body is no resource that a store may hold.
    private(set) var unfit: Set<Loss.VersionName> = []

    private let files: OpenedFiles
    /// Such a body counts as lost.
    private let losesUnfit: Bool
    /// Of the line that is being read: the versions that are unfit, and of a literal secret the resource.
    private var objected: [(version: StoredVersion, commit: Int)] = []
    private var literal: ResourceKey?
    private var isOfBody = false
    /// What is before the next segment was read, so that its header can be held to it.
    private var isChainKnown = true

    /// - Parameter losesUnfit: a body that no store may hold (no resource, a literal secret) counts as lost; without
    ///   it, it is only a finding.
    init(_ files: OpenedFiles, losesUnfit: Bool) {
        self.files = files
        self.losesUnfit = losesUnfit
    }

    typealias Visit = (Finding) -> Void

    /// Hands each sound version to `visit`, those of the base first.
    ///
    /// - Returns: what is lost and belongs to no finding.
    mutating func read(_ visit: Visit) throws(StorageError) -> [String] {
        var position = JournalPosition()
        if let base = files.base, let commits = files.names.base {
            position = try read(base, of: commits, visit)
        }
        for (index, segment) in files.segments.enumerated() {
            addGap(in: position, segment.file, behind: segment.behind)
            ledger.begin(behind: segment.behind)
            let start = JournalPosition(sequence: segment.behind, running: position.running)
            let isLast = index == files.segments.count - 1
            position = try read(segment.file, from: start, isLast: isLast, visit)
        }
        if files.segments.isEmpty, let missing = files.names.missing {
            let reason = "the segment is missing, and with it whatever was committed behind \(position.sequence)"
            ledger.add(JournalFlaw(file: "\(files.folder)/\(missing)", line: 1, reason: reason, head: LineHead()))
            ledger.endUnknown()
        }
        return ledger.finish()
    }

    private mutating func read(
        _ file: any DiskFile, of commits: Int, _ visit: Visit
    ) throws(StorageError) -> JournalPosition {
        var reader = BaseReader(file, of: commits)
        var versions = 0
        try reader.readAll { commit, version in
            versions += 1
            return take(version, of: commit, in: nil, visit)
        } report: { flaw in
            report(flaw, isInBase: true)
        }
        sound += versions
        lines += reader.lines
        time = reader.time ?? time
        isChainKnown = reader.end != nil
        // Without the header and the end.
        ledger.endBase(commits: commits, versions: reader.end.map { $0.lines - 2 }, sound: versions)
        return JournalPosition(sequence: commits, running: LineChain(after: reader.chain))
    }

    /// Finds whether a segment goes on where what was read ends.
    private mutating func addGap(in position: JournalPosition, _ file: any DiskFile, behind: Int) {
        guard behind != position.sequence else { return }
        isChainKnown = false
        // Damage at the end of the one before it says as much.
        guard !ledger.isOpen else { return }
        let reason =
            position.sequence == 0
            ? "the segment goes on behind commit \(behind), and neither a base nor a segment is before it"
            : "the segment goes on behind commit \(behind), the one before it ends with \(position.sequence)"
        let head = behind > position.sequence ? LineHead() : nil
        ledger.add(JournalFlaw(file: file.path, line: 1, reason: reason, head: head))
    }

    private mutating func read(
        _ file: any DiskFile, from start: JournalPosition, isLast: Bool, _ visit: Visit
    ) throws(StorageError) -> JournalPosition {
        var reader = JournalReader(file, after: start)
        try reader.readAll { entry, bytes in
            sound += 1
            var index = 0
            var objection: String?
            entry.forEachVersion { version in
                let place = entry.place(of: index, in: file, line: bytes)
                let found = take(version, of: entry.sequence, in: place, visit)
                objection = objection ?? found
                index += 1
            }
            return objection
        } report: { flaw in
            // Nothing is known that the header's checksum could be held to.
            if isChainKnown || flaw.line > 1 || flaw.head != nil { report(flaw, isInBase: false) }
        }
        lines += reader.lines
        isChainKnown = true
        let flaw = reader.flawOfEnd(behind: start.sequence, isFollowed: !isLast)
        if let flaw { ledger.add(flaw) }
        if isLast, flaw != nil {
            ledger.endUnknown()
        } else if isLast {
            tornTail = reader.tornTail
            ledger.end(limit: start.sequence + (reader.length + tornTail) / Self.shortestLine)
        }
        return reader.position
    }

    /// Bytes that no line of a commit has fewer of: so many commits a file can have at most.
    private static let shortestLine = 100

    /// Takes a version of a sound line; says why that is a flaw all the same, if so.
    private mutating func take(
        _ version: StoredVersion, of commit: Int, in place: LinePlace?, _ visit: Visit
    ) -> String? {
        time = version.lastUpdated.orLater(time)
        let before = ledger.newest[version.key]?.version
        // Behind damage a version that seems to be missing may be the one that was lost.
        let isHeldToOrder = place != nil && (ledger.findings.isEmpty || version.version <= before ?? 0)
        let gap = isHeldToOrder ? version.objection(after: before) : nil
        let fault = version.objectionToBody()
        if fault != nil { unfit.insert(Loss.VersionName(key: version.key, version: version.version)) }
        if fault != nil, losesUnfit {
            objected.append((version, commit))
        } else {
            if place == nil { ledger.takeInBase(version, of: commit) } else { ledger.take(version, of: commit) }
            visit(Finding(version: version, commit: commit, place: place))
        }
        guard gap == nil, let fault else { return gap }
        isOfBody = true
        if (fault as? FHIRError)?.isLiteralSecret == true { literal = version.key }
        return "\(fault)"
    }

    private mutating func report(_ flaw: JournalFlaw, isInBase: Bool) {
        var flaw = flaw
        (flaw.literal, flaw.isOfBody) = (literal, isOfBody)
        (literal, isOfBody) = (nil, false)
        ledger.add(flaw)
        for (version, commit) in objected { ledger.lose(version, of: commit, isInBase: isInBase) }
        objected = []
    }
}
