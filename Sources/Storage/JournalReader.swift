import FHIR

/// Reads a journal from its beginning and holds every line to what the writer promises: form, chained checksum, order.
struct JournalReader {
    /// Bytes of the sound beginning: the header and all whole lines.
    private(set) var length = 0
    /// Lines read, the header included.
    private(set) var lines = 0
    /// Of the last commit; 0 before the first.
    private(set) var sequence = 0
    /// Bytes behind the last newline: a write that the end of its process or machine cut short.
    private(set) var tornTail = 0

    private let file: any DiskFile
    private var running = LineChain(header: Journal.header())
    private var isHeaderDue = true

    /// The checksum of all lines read.
    var chain: Checksum { running.checksum }

    init(_ file: any DiskFile) {
        self.file = file
    }

    /// Bytes asked of the disk at a time.
    private static let piece = 1 << 20

    typealias Visit = (JournalEntry) -> String?
    typealias Report = (JournalFlaw) throws(StorageError) -> Void

    /// Hands each commit to `visit`, which may object to it with a reason, and each flaw to `report`, which may throw
    /// to stop. The first line that is a header of another version ends it with `unknownFormat`. Behind damage it goes
    /// on, so that one changed byte is one flaw.
    mutating func readAll(visit: Visit, report: Report) throws(StorageError) {
        var splitter = LineSplitter()
        var offset = 0
        while true {
            let piece: [UInt8]
            do { piece = try file.read(upTo: Self.piece, at: offset) } catch { throw .disk(error) }
            if piece.isEmpty { break }
            offset += piece.count
            splitter.append(piece)
            while let line = splitter.next() {
                lines += 1
                try read(line, visit, report)
                length += line.count
            }
        }
        let tail = splitter.rest
        tornTail = tail.count
        if let reason = objection(toTail: tail) {
            try report(JournalFlaw(file: file.path, line: lines + 1, reason: reason))
        }
    }

    private mutating func read(
        _ line: [UInt8], isRest: Bool = false, _ visit: Visit, _ report: Report
    ) throws(StorageError) {
        let reason: String?
        let isBehindDamage = running.isInDamage
        switch running.take(line, isRest: isRest) {
        case .sound where isHeaderDue, .damaged where isHeaderDue:
            isHeaderDue = false
            reason = try objection(toHeader: line)
        case .sound: reason = accept(line, isBehindDamage: isBehindDamage, visit)
        case .damaged: reason = passOver(line)
        case .restOfDamage: reason = nil
        case .unended(let count):
            try report(JournalFlaw(file: file.path, line: lines, reason: "the newline behind a whole line was changed"))
            try read(line[..<count] + [Journal.newline], visit, report)
            return try read([UInt8](line[(count + 1)...]), isRest: true, visit, report)
        }
        if let reason { try report(JournalFlaw(file: file.path, line: lines, reason: reason)) }
    }

    private func objection(toHeader line: [UInt8]) throws(StorageError) -> String? {
        guard line != Journal.header() else { return nil }
        var place = Journal.sealLength
        let members = Array(#""format":"\#(Journal.format)","version":"#.utf8)
        if line.count > place, line.span.skip(members, at: &place), let version = line.span.number(at: &place),
            line == Journal.header(version: version)
        {
            throw .unknownFormat(file: file.path, found: "\(Journal.format) version \(version)")
        }
        return "this is not the header of a \(Journal.format), or a byte of it was changed"
    }

    /// Takes a line whose checksum fits; says why it is a flaw all the same, if so.
    private mutating func accept(_ line: [UInt8], isBehindDamage: Bool, _ visit: Visit) -> String? {
        let entry = JournalEntry(line: line.span)
        // The damage may be that of a commit's number, so that the next one says better where we are.
        let number = number(of: entry)
        let expected = isBehindDamage ? number ?? sequence + 1 : sequence + 1
        sequence = number ?? expected
        guard let entry else { return "not a commit as this program writes it, though the checksum fits" }
        guard entry.sequence == expected else { return "commit \(entry.sequence) follows commit \(expected - 1)" }
        return visit(entry)
    }

    /// Takes a damaged line; says what the damage seems to be.
    private mutating func passOver(_ line: [UInt8]) -> String {
        let expected = sequence + 1
        sequence = number(of: JournalEntry(line: line.span)) ?? expected
        if sequence > expected {
            return "commit \(sequence) stands where \(expected) belongs: lines before it are missing or out of order"
        }
        if sequence < expected { return "commit \(sequence) stands behind commit \(expected - 1): out of order" }
        return "the checksum does not fit: a byte of the line was changed"
    }

    /// The number of a commit, as far as it can be reckoned on from.
    private func number(of entry: JournalEntry?) -> Int? {
        entry.map(\.sequence).flatMap { $0 < .max ? $0 : nil }
    }

    /// Writes the header of a new journal, as if it had been read.
    mutating func begin() throws(DiskFault) {
        let header = Journal.header()
        try file.writeAll(header.span, at: 0)
        _ = running.take(header)
        (lines, length, isHeaderDue) = (1, header.count, false)
    }

    /// Why what follows the last newline cannot be a write that was cut short, if so.
    ///
    /// A commit is acknowledged only after its newline was synced, so bytes without one were never acknowledged, be
    /// they the beginning of a line or the zeros of a page that was never written. Unless the newline itself was
    /// changed: then a whole commit stands there, and more behind it.
    private func objection(toTail tail: [UInt8]) -> String? {
        guard !tail.isEmpty else { return nil }
        guard lines > 0 else {
            let zeros = tail.reversed().prefix { $0 == 0 }.count
            let isBegun = Journal.header().starts(with: tail.dropLast(zeros))
            return isBegun ? nil : "this is not the header of a \(Journal.format), or a byte of it was changed"
        }
        guard running.wholeLine(in: tail) != nil else { return nil }
        return "a whole commit without its newline, and bytes behind it: a byte was changed"
    }
}

extension StoredVersion {
    /// Why this cannot follow `version` of its key, if so.
    func objection(after version: Int?) -> String? {
        let next = (version ?? 0) + 1
        guard self.version != next else { return nil }
        return "version \(self.version) of \(key.text) stands where \(next) belongs"
    }
}
