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
    /// What the checksum may have been before the next line. After a damaged line there are two: that of its bytes and
    /// the one it says it has. Either may be the true one, so that one changed byte is reported once.
    private var chains = [Checksum()]

    /// The checksum of all lines read.
    var chain: Checksum { chains[0] }

    init(_ file: any DiskFile) {
        self.file = file
    }

    /// Hands each commit to `visit`, which may object to it with a reason, and each flaw to `report`, which may throw
    /// to stop. The first line that is a header of another version ends it with `unknownFormat`.
    mutating func readAll(
        visit: (JournalEntry) -> String?, report: (JournalFlaw) throws(StorageError) -> Void
    ) throws(StorageError) {
        let ahead = JournalLines(file)
        // Whoever is told of a flaw may do with the file what he wants.
        defer { ahead.stop() }
        while true {
            let piece: JournalLines.Piece
            do { piece = try ahead.next() } catch { throw .disk(error) }
            for (place, entry) in piece.lines {
                let line = piece.bytes.span.extracting(place)
                lines += 1
                let reason = lines == 1 ? try readHeader(line) : readCommit(entry, in: line, visit: visit)
                if let reason { try report(JournalFlaw(file: file.path, line: lines, reason: reason)) }
                length += line.count
            }
            guard piece.isLast else { continue }
            let tail = piece.bytes.span.extracting(piece.length...)
            tornTail = tail.count
            if let reason = objection(toTail: [UInt8](tail)) {
                try report(JournalFlaw(file: file.path, line: lines + 1, reason: reason))
            }
            return
        }
    }

    private mutating func readHeader(_ line: Span<UInt8>) throws(StorageError) -> String? {
        let header = [UInt8](line)
        chains = [Checksum().after(Journal.header().span)]
        guard header != Journal.header() else { return nil }
        var place = Journal.sealLength
        let members = Array(#""format":"\#(Journal.format)","version":"#.utf8)
        if line.count > place, line.skip(members, at: &place), let version = line.number(at: &place),
            header == Journal.header(version: version)
        {
            throw .unknownFormat(file: file.path, found: "\(Journal.format) version \(version)")
        }
        return "this is not the header of a \(Journal.format), or a byte of it was changed"
    }

    private mutating func readCommit(
        _ entry: JournalEntry?, in line: Span<UInt8>, visit: (JournalEntry) -> String?
    ) -> String? {
        let expected = sequence + 1
        let stated = Journal.sealed(line)
        let computed = line.count > Journal.sealLength ? chains.map { $0.after(line) } : chains
        // A number from a line whose checksum does not fit is a hint, and not one to reckon on from.
        sequence = entry.map(\.sequence).flatMap { $0 < .max ? $0 : nil } ?? expected
        guard let stated, computed.contains(stated) else {
            chains = [computed[0]] + (stated.map { [$0] } ?? [])
            if sequence > expected {
                return
                    "commit \(sequence) stands where \(expected) belongs: lines before it are missing or out of order"
            }
            if sequence < expected { return "commit \(sequence) stands behind commit \(expected - 1): out of order" }
            return "the checksum does not fit: a byte of the line was changed"
        }
        chains = [stated]
        guard let entry else { return "not a commit as this program writes it, though the checksum fits" }
        guard entry.sequence == expected else { return "commit \(entry.sequence) follows commit \(expected - 1)" }
        return visit(entry)
    }

    /// Writes the header of a new journal, as if it had been read.
    mutating func begin() throws(DiskFault) {
        let header = Journal.header()
        try file.writeAll(header.span, at: 0)
        chains = [Checksum().after(header.span)]
        (lines, length) = (1, header.count)
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
        guard let stated = Journal.sealed(tail.span) else { return nil }
        var chain = self.chain
        var start = Journal.sealLength
        for index in start..<(tail.count - 1) where tail[index] == UInt8(ascii: "}") {
            chain.add(tail.span.extracting(start...index))
            start = index + 1
            var whole = chain
            whole.add([Journal.newline].span)
            if whole == stated { return "a whole commit without its newline, and bytes behind it: a byte was changed" }
        }
        return nil
    }
}

extension Checksum {
    /// The checksum when `line` follows: all of it behind its own checksum is covered.
    fileprivate func after(_ line: Span<UInt8>) -> Checksum {
        var next = self
        next.add(line.extracting(Journal.sealLength...))
        return next
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
