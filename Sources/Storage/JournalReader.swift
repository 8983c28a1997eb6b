import FHIR

/// How far the files before a segment go.
struct JournalPosition: Sendable {
    /// Of the last commit; 0 before the first.
    var sequence = 0
    var running = LineChain()
}

/// Reads a segment of the journal from its beginning and holds every line to what the writer promises: form, chained
/// checksum, order.
struct JournalReader {
    /// Bytes of the sound beginning: the header and all whole lines.
    private(set) var length = 0
    /// Lines read, the header included.
    private(set) var lines = 0
    /// Of the last commit.
    private(set) var sequence: Int
    /// Bytes behind the last newline: a write that the end of its process or machine cut short.
    private(set) var tornTail = 0
    /// A zero stands in place of the last newline. The commit may have been torn in front of it, with the length of the
    /// file already written; or it was acknowledged and the newline changed. It counts, which is right in both cases.
    private var lacksNewline = false
    /// Where the last commits of one time begin, or the header where there are none. The commits of a batch are of one
    /// time, so all that one batch may have left in the kernel's memory lies behind this.
    private var lastBatch = (start: 0, time: Instant?.none)

    private let file: any DiskFile
    private let header: [UInt8]
    private var running: LineChain
    private var isHeaderDue = true

    /// The checksum of all lines read.
    var chain: Checksum { running.checksum }

    /// How far it goes.
    var position: JournalPosition { JournalPosition(sequence: sequence, running: running) }

    /// - Parameter start: how far the files before this one go.
    init(_ file: any DiskFile, after start: JournalPosition = JournalPosition()) {
        self.file = file
        sequence = start.sequence
        running = start.running
        header = Journal.header(after: running.checksum)
        running.expect(header)
    }

    /// Bytes asked of the disk at a time.
    private static let piece = 1 << 20

    /// What is told of a commit besides itself: where its line is in the file, its newline included.
    typealias Visit = (_ entry: JournalEntry, _ place: Range<Int>) -> String?
    typealias Report = (JournalFlaw) throws(StorageError) -> Void

    /// Hands each commit to `visit`, which may object to it with a reason, and each flaw to `report`, which may throw
    /// to stop. The first line that is a header of another version ends it with `unknownFormat`. Behind damage it goes
    /// on, so that one changed byte is one flaw.
    mutating func readAll(visit: Visit, report: Report) throws(StorageError) {
        let ahead = JournalLines(file)
        // Whoever is told of a flaw may do with the file what he wants.
        defer { ahead.stop() }
        while true {
            let piece: JournalLines.Piece
            do { piece = try ahead.next() } catch { throw .disk(error) }
            for (place, entry) in piece.lines {
                lines += 1
                try read(piece.bytes.span.extracting(place), entry, at: length, visit, report)
                length += place.count
            }
            guard piece.isLast else { continue }
            return try readTail([UInt8](piece.bytes[piece.length...]), visit, report)
        }
    }

    private mutating func read(
        _ line: Span<UInt8>, _ entry: JournalEntry?, at offset: Int, isRest: Bool = false, _ visit: Visit,
        _ report: Report
    ) throws(StorageError) {
        var reason: String?
        var isLost = true
        let isBehindDamage = running.isInDamage
        switch running.take(line, isRest: isRest) {
        case .sound where isHeaderDue, .damaged where isHeaderDue:
            isHeaderDue = false
            reason = try objection(toHeader: [UInt8](line), isSound: !running.isInDamage)
            isLost = LineHead(line).sequence != nil
        case .sound:
            if let entry, let objection = objection(to: entry, isBehindDamage: isBehindDamage) {
                reason = objection
            } else if let entry {
                isLost = false
                reason = accept(entry, at: offset..<(offset + line.count), visit)
            } else {
                sequence += 1
                reason = "not a commit as this program writes it, though the checksum fits"
            }
        case .damaged: reason = passOver(entry)
        case .restOfDamage: return
        case .unended(let count):
            try report(JournalFlaw(file: file.path, line: lines, reason: "the newline behind a whole line was changed"))
            let whole = [UInt8](line.extracting(..<count)) + [Journal.newline]
            try read(whole.span, JournalEntry(line: whole.span), at: offset, visit, report)
            let rest = line.extracting((count + 1)...)
            let behind = offset + whole.count
            return try read(rest, JournalEntry(line: rest), at: behind, isRest: true, visit, report)
        }
        guard let reason else { return }
        try report(JournalFlaw(file: file.path, line: lines, reason: reason, head: isLost ? LineHead(line) : nil))
    }

    private func objection(toHeader line: [UInt8], isSound: Bool) throws(StorageError) -> String? {
        if line.dropFirst(Journal.sealLength) == header.dropFirst(Journal.sealLength) {
            return isSound
                ? nil
                : "the header's checksum does not fit what is before this file: it was changed, or that is missing"
        }
        var place = Journal.sealLength
        let members = Array(#""format":"\#(Journal.format)","version":"#.utf8)
        if line.count > place, line.span.skip(members, at: &place), let version = line.span.number(at: &place),
            line.dropFirst(Journal.sealLength)
                == Journal.header(version: version).dropFirst(Journal.sealLength), isSound
        {
            throw .unknownFormat(file: file.path, found: "\(Journal.format) version \(version)")
        }
        return "this is not the header of a \(Journal.format), or a byte of it was changed"
    }

    /// Takes the number of a commit whose checksum fits; says why it is not the one that belongs here, if so.
    private mutating func objection(to entry: JournalEntry, isBehindDamage: Bool) -> String? {
        // The damage may be that of a commit's number, so that the next one says better where we are.
        let number = number(of: entry)
        let expected = isBehindDamage ? number ?? sequence + 1 : sequence + 1
        sequence = number ?? expected
        return entry.sequence == expected ? nil : "commit \(entry.sequence) follows commit \(expected - 1)"
    }

    /// Takes a commit whose checksum and number fit; says why it is a flaw all the same, if so.
    private mutating func accept(_ entry: JournalEntry, at place: Range<Int>, _ visit: Visit) -> String? {
        if entry.time != lastBatch.time { lastBatch = (place.lowerBound, entry.time) }
        return visit(entry, place)
    }

    /// Takes a damaged line; says what the damage seems to be.
    private mutating func passOver(_ entry: JournalEntry?) -> String {
        let expected = sequence + 1
        sequence = number(of: entry) ?? expected
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

    /// What follows the last newline.
    ///
    /// A commit is acknowledged only after its newline was synced, so bytes without one were never acknowledged, be
    /// they the beginning of a line or the zeros of a page that was never written. Unless the newline itself was
    /// changed: then a whole commit stands there, and more behind it.
    private mutating func readTail(_ tail: [UInt8], _ visit: Visit, _ report: Report) throws(StorageError) {
        var tail = tail
        let end = lines > 0 ? running.wholeLine(in: tail.span) : nil
        if let end, tail[end...].allSatisfy({ $0 == 0 }) {
            let line = tail[..<end] + [Journal.newline]
            lines += 1
            try read(line.span, JournalEntry(line: line.span), at: length, visit, report)
            length += line.count
            lacksNewline = true
            tail.removeFirst(line.count)
        } else if let end {
            let reason = "a whole commit without its newline, and bytes behind it: a byte was changed"
            try report(JournalFlaw(file: file.path, line: lines + 1, reason: reason))
            let line = tail[..<end] + [Journal.newline]
            lines += 1
            try read(line.span, JournalEntry(line: line.span), at: length, visit, report)
            tail.removeFirst(end)
        } else if lines == 0 {
            let zeros = tail.reversed().prefix { $0 == 0 }.count
            guard !header.starts(with: tail.dropLast(zeros)) else { return tornTail = tail.count }
            let reason = "this is not the header of a \(Journal.format), or a byte of it was changed"
            try report(JournalFlaw(file: file.path, line: 1, reason: reason))
        }
        tornTail = tail.count
    }
}

extension JournalReader {
    /// Why the segment may not end as it does, if so, once all of it was read.
    ///
    /// - Parameters:
    ///   - behind: the commit that it goes on behind. All but the first segment got their name with a whole header.
    ///   - isFollowed: by another segment, so that it was whole when that began.
    func flawOfEnd(behind: Int, isFollowed: Bool) -> JournalFlaw? {
        if lines == 0, isFollowed || behind > 0 {
            let reason = "the segment has no whole header, with which it got its name: it was cut short"
            return JournalFlaw(file: file.path, line: 1, reason: reason, head: LineHead())
        }
        guard isFollowed else { return nil }
        if lacksNewline {
            return JournalFlaw(
                file: file.path, line: lines, reason: "the last newline was changed, though another segment follows")
        }
        let reason = "the segment ends within a line, though others follow: it was cut short"
        return tornTail > 0
            ? JournalFlaw(file: file.path, line: lines + 1, reason: reason, head: LineHead()) : nil
    }
}

// MARK: - Mending the end

extension JournalReader {
    /// Makes the end of the file that of the sound beginning, and has the next sync speak for all of it.
    mutating func mend() throws(DiskFault) {
        if tornTail > 0 { try file.truncate(to: length) }
        if lacksNewline { try file.writeAll([Journal.newline].span, at: length - 1) }
        if lines == 0 { try begin() } else { try rewriteLastBatch() }
    }

    /// Writes the header of a new segment, as if it had been read.
    private mutating func begin() throws(DiskFault) {
        let header = header
        try file.writeAll(header.span, at: 0)
        _ = running.take(header.span)
        (lines, length, isHeaderDue) = (1, header.count, false)
    }

    /// Writes the last batch once more, as it was read.
    ///
    /// Linux takes a page whose write-back failed for clean: reads go on to see it, and no sync writes it or fails
    /// again. A process that is killed after a failed sync, or cannot cut the batch off, leaves such pages to the next.
    private func rewriteLastBatch() throws(DiskFault) {
        var offset = lastBatch.start
        while offset < length {
            let piece = try file.read(upTo: min(Self.piece, length - offset), at: offset)
            guard !piece.isEmpty else { return }
            try file.writeAll(piece.span, at: offset)
            offset += piece.count
        }
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
