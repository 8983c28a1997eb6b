import FHIR

/// Where a version stands in a file: what is kept of it in memory while a base is made.
struct LinePlace {
    let file: any DiskFile
    /// Of its line, the newline included, or of one of several changes in it.
    let bytes: Range<Int>
    /// Of such a change: the number of the commit and its time, which stand elsewhere in the line.
    let change: (commit: Int, time: Instant)?

    /// Reads the version once more, and nothing but it.
    ///
    /// - Throws: `disk`, and `unavailable` when the file is not as it was.
    func load() throws(StorageError) -> StoredVersion {
        var read: [UInt8] = []
        while read.count < bytes.count {
            let piece: [UInt8]
            do {
                piece = try file.read(upTo: bytes.count - read.count, at: bytes.lowerBound + read.count)
            } catch {
                throw .disk(error)
            }
            if piece.isEmpty { break }
            read += piece
        }
        guard read.count == bytes.count, let version = version(in: read) else {
            throw .unavailable("\(file.path) changed while it was read; no base was made")
        }
        return version
    }

    private func version(in read: [UInt8]) -> StoredVersion? {
        if let change {
            var place = 0
            let version = JournalEntry.change(read.span, at: &place, in: change.commit, change.time)
            return place == read.count ? version : nil
        }
        // In the newline's place another byte may stand.
        let line = read.dropLast() + [Journal.newline]
        return JournalEntry(line: line.span)?.only
    }
}
