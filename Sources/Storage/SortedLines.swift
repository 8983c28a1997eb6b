/// A base or a segment as what it is: lines in ascending order, in which any can be found by halves, with nothing of
/// the file in memory.
///
/// The checksum of a line goes on from that of the line before, which states it. So a line in the middle of a file can
/// be held to its own without those before it, and each is that decides an answer: the lines that are handed out, and
/// the one in front of them, which shows that none is missing there. A byte of them that was changed since the store
/// was opened is found; one elsewhere is not, and changes nothing of the answer.
struct SortedLines: Sendable {
    let file: any DiskFile
    /// Bytes of whole lines that may be read.
    let length: Int

    /// From so few bytes on they are all looked at, one line after the other.
    private static let window = 16_384

    /// Hands the lines from the first that is not before what is looked for to `take`, until it wants no more.
    ///
    /// - Parameter isBefore: whether a line comes before it, which must be true of all lines up to some place and of
    ///   none behind that.
    /// - Throws: `disk`, and `unreadable` for a line that is not as it was written.
    func forEach(
        from isBefore: (JournalEntry) -> Bool, _ take: (JournalEntry) -> Bool
    ) throws(StorageError) {
        var lines = LineWalk(file, from: try start(isBefore), to: length)
        // The header, or a line that is before what is looked for, as is the next one.
        guard let first = try lines.next(), var chain = Journal.sealed(first.span) else {
            throw fault(at: lines.offset, "no line begins here")
        }
        while true {
            let place = lines.offset
            guard let line = try lines.next() else { return }
            guard let stated = Journal.sealed(line.span), stated == chain.after(line.span) else {
                throw fault(
                    at: place, "the checksum does not fit: a byte of this line or of the one before was changed")
            }
            chain = stated
            guard let entry = try entry(line, at: place) else { return }
            if !isBefore(entry), !take(entry) { return }
        }
    }

    /// The beginning of a line from which on to look. But for the header, the line behind it is before what is looked
    /// for: so the place where that belongs lies between lines that will be held to their checksums.
    private func start(_ isBefore: (JournalEntry) -> Bool) throws(StorageError) -> Int {
        var (low, high) = (0, length)
        while high - low > Self.window {
            let middle = low + (high - low) / 2
            var lines = LineWalk(file, from: middle, to: length)
            // The rest of the line that the middle is in.
            _ = try lines.next()
            let first = lines.offset
            guard try lines.next() != nil else {
                high = middle
                continue
            }
            let second = lines.offset
            if let line = try lines.next(), let entry = try entry(line, at: second), isBefore(entry) {
                low = first
            } else {
                high = middle
            }
        }
        return low
    }

    /// The commit or version that a line holds; nothing for the end of a base, behind which nothing stands.
    private func entry(_ line: [UInt8], at place: Int) throws(StorageError) -> JournalEntry? {
        if let entry = JournalEntry(line: line.span) { return entry }
        guard BaseEnd.isBegun(by: line.span) else { throw fault(at: place, "not a line as this program writes it") }
        return nil
    }

    func fault(at offset: Int?, _ reason: String) -> StorageError {
        .unreadable(file: file.path, offset: offset, reason: reason)
    }
}
