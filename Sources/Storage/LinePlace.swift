/// Where a version stands in a file: what is kept of it in memory while a base is made.
struct LinePlace {
    let file: any DiskFile
    /// Of the line, its newline included.
    let bytes: Range<Int>
    /// Of the version in the commit.
    let index: Int

    /// Reads the version once more.
    ///
    /// - Throws: `disk`, and `unavailable` when the file is not as it was.
    func load() throws(StorageError) -> StoredVersion {
        var line: [UInt8] = []
        while line.count < bytes.count {
            let piece: [UInt8]
            do {
                piece = try file.read(upTo: bytes.count - line.count, at: bytes.lowerBound + line.count)
            } catch {
                throw .disk(error)
            }
            if piece.isEmpty { break }
            line += piece
        }
        // In the newline's place another byte may stand.
        line = line.dropLast() + [Journal.newline]
        guard line.count == bytes.count, let entry = JournalEntry(line: line.span),
            entry.versions.indices.contains(index)
        else { throw .unavailable("\(file.path) changed while it was read; no base was made") }
        return entry.versions[index]
    }
}
