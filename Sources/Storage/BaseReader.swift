import FHIR

/// Reads a base from its beginning and holds every line to what the writer promises: form, chained checksum, order, and
/// an end that is the last line.
struct BaseReader {
    /// Whole lines read.
    private(set) var lines = 0
    /// Bytes of them.
    private(set) var length = 0
    /// What the last line says; nil until it was read and found sound.
    private(set) var end: BaseEnd?

    /// The base holds what is kept of commits 1 to this one; 0 without a sound end.
    var commits: Int { end?.commits ?? 0 }
    /// Of the newest commit; nil without one, or without a sound end.
    var time: Instant? { end?.time }
    /// The journal's running checksum behind the newest commit; that of nothing without a sound end.
    var chain: Checksum { end?.chain ?? Checksum() }

    private let file: any DiskFile
    /// What its name says.
    private let named: Int?
    private let isAhead: Bool
    private var running = LineChain()
    /// The last sound version.
    private var last: (key: ResourceKey, version: Int)?
    /// The greatest number of a commit among the sound versions.
    private var newest = 0
    private var hasFlaws = false
    private var isHeaderDue = true
    /// A sound line was meant as the end, and only flaws can follow.
    private var isEnded = false

    /// - Parameters:
    ///   - commits: that it must hold, where that is known.
    ///   - isAhead: a second core reads and decodes ahead.
    init(_ file: any DiskFile, of commits: Int? = nil, isAhead: Bool = true) {
        self.file = file
        named = commits
        self.isAhead = isAhead
        running.expect(BaseFile.header())
    }

    typealias Visit = (_ sequence: Int, _ version: StoredVersion) throws(StorageError) -> String?
    typealias Report = (JournalFlaw) throws(StorageError) -> Void

    /// Hands each version and the number of its commit to `visit`, which may object to it with a reason, and each flaw
    /// to `report`; both may throw to stop. A header of another version ends it with `unknownFormat`.
    ///
    /// Behind damage it goes on, so that all of it is found and one changed byte is one flaw. Damage is one flaw as far
    /// as no line begins in it. What was damaged is not visited.
    mutating func readAll(visit: Visit, report: Report) throws(StorageError) {
        let ahead = JournalLines(file, isAhead: isAhead)
        // Whoever is told of a flaw may do with the file what he wants.
        defer { ahead.stop() }
        var isMore = true
        while !isEnded, isMore {
            let piece = try next(ahead)
            for (place, entry) in piece.lines where !isEnded {
                lines += 1
                length += place.count
                try read(piece.bytes.span.extracting(place), entry, visit, report)
                // Nothing may stand behind the end: neither here nor in the next piece.
                if isEnded, place.upperBound < piece.length { return try flawBehindEnd(report) }
            }
            isMore = !piece.isLast
            if !isMore, let reason = objection(toRestOf: piece) {
                let rest = piece.bytes.span.extracting(piece.length...)
                let head = BaseEnd.isLegible(in: rest) ? nil : LineHead(rest)
                try flaw(reason, line: lines + 1, head: head, report)
            }
        }
        guard isEnded, isMore else { return }
        let piece = try next(ahead)
        if !piece.isLast || !piece.bytes.isEmpty { try flawBehindEnd(report) }
    }

    private func next(_ ahead: JournalLines) throws(StorageError) -> JournalLines.Piece {
        do { return try ahead.next() } catch { throw .disk(error) }
    }

    private mutating func flawBehindEnd(_ report: Report) throws(StorageError) {
        try flaw("there is more behind the end of the base", line: lines + 1, report)
    }

    private mutating func read(
        _ line: Span<UInt8>, _ entry: JournalEntry?, isRest: Bool = false, _ visit: Visit, _ report: Report
    ) throws(StorageError) {
        switch running.take(line, isRest: isRest) {
        case .sound:
            let isHeader = isHeaderDue
            guard let reason = try accept(line, entry, visit) else { return }
            let isTaken = entry?.only.map { $0.key == last?.key && $0.version == last?.version } ?? isEnded
            try flaw(reason, line: lines, head: isHeader || isTaken ? nil : LineHead(line), report)
        case .damaged:
            let head = LineHead(line)
            let isLost = isHeaderDue ? head.sequence != nil : !isWholeEnd(line)
            isHeaderDue = false
            let reason = "the checksum does not fit: a byte was changed, or lines are missing or out of order"
            try flaw(reason, line: lines, head: isLost ? head : nil, report)
        case .restOfDamage:
            break
        case .unended(let count):
            try flaw("the newline behind a whole line was changed", line: lines, report)
            let whole = [UInt8](line.extracting(..<count)) + [Journal.newline]
            try read(whole.span, JournalEntry(line: whole.span), visit, report)
            let rest = line.extracting((count + 1)...)
            if !isEnded { try read(rest, JournalEntry(line: rest), isRest: true, visit, report) }
        }
    }

    /// Takes a line whose checksum fits; says why it is a flaw all the same, if so.
    private mutating func accept(
        _ line: Span<UInt8>, _ entry: JournalEntry?, _ visit: Visit
    ) throws(StorageError) -> String? {
        if isHeaderDue {
            isHeaderDue = false
            return try objection(toHeader: [UInt8](line))
        }
        guard let entry, let version = entry.only else {
            guard BaseEnd.isBegun(by: line) else {
                return "not a version as this program writes it, though the checksum fits"
            }
            isEnded = true
            return acceptEnd([UInt8](line))
        }
        if let last, !last.key.precedes(version.key, versions: (last.version, version.version)) {
            return "version \(version.version) of \(version.key.text) stands behind version \(last.version) of "
                + "\(last.key.text): out of order"
        }
        last = (version.key, version.version)
        newest = max(newest, entry.sequence)
        return try visit(entry.sequence, version)
    }

    /// Whether a damaged line was the end, and no line is missing in front of it, as far as it is legible.
    private func isWholeEnd(_ line: Span<UInt8>) -> Bool {
        guard BaseEnd.isLegible(in: line) else { return false }
        return BaseEnd(line: [UInt8](line)).map { $0.lines == lines } ?? true
    }

    private func objection(toHeader line: [UInt8]) throws(StorageError) -> String? {
        guard line != BaseFile.header() else { return nil }
        if let version = BaseFile.version(inHeader: line) {
            throw .unknownFormat(file: file.path, found: "\(BaseFile.format) version \(version)")
        }
        return "this is not the header of a \(BaseFile.format)"
    }

    private mutating func acceptEnd(_ line: [UInt8]) -> String? {
        guard let end = BaseEnd(line: line) else {
            return "not an end as this program writes it, though the checksum fits"
        }
        if let named, end.commits != named {
            return "the base of \(named) commits by its name says that it has \(end.commits)"
        }
        guard newest <= end.commits else { return "commit \(newest) is in a base of \(end.commits) commits" }
        // Behind a flaw there is nothing to reckon with: it may have made of one line two, or of two one.
        guard hasFlaws || end.lines == lines else { return "the file has \(lines) lines and not \(end.lines)" }
        self.end = end
        return nil
    }

    /// Why the file may not end as this last piece of it does, if so.
    private func objection(toRestOf piece: JournalLines.Piece) -> String? {
        guard piece.length == piece.bytes.count else {
            return "the file ends within this line: it was cut short, or a byte was changed"
        }
        // The damage may be that of the end.
        return running.isInDamage ? nil : "the file ends before the end of the base: it was cut short"
    }

    private mutating func flaw(
        _ reason: String, line: Int, head: LineHead? = nil, _ report: Report
    ) throws(StorageError) {
        hasFlaws = true
        try report(JournalFlaw(file: file.path, line: line, reason: reason, head: head))
    }
}
