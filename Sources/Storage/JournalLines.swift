import Dispatch
import Synchronization

/// The lines of a journal, read and decoded one piece ahead of who looks at them: what a line holds needs nothing of
/// those before it, and so a second core can find it out while the first goes through the chain.
final class JournalLines: Sendable {
    struct Piece: Sendable {
        /// Of the file, from the beginning of a line on.
        fileprivate(set) var bytes: [UInt8] = []
        /// Whole ones: where in `bytes` each is, its newline included, and the commit that it holds, if it is one.
        fileprivate(set) var lines: [(place: Range<Int>, entry: JournalEntry?)] = []
        /// How much of `bytes` those are; what follows is the beginning of a line, which the next piece begins with.
        var length: Int { lines.last?.place.upperBound ?? 0 }
        fileprivate(set) var isLast = false
    }

    private struct Reading {
        var splitter = LineSplitter()
        var offset = 0
        var next: Result<Piece, DiskFault>?
    }

    /// Bytes asked of the disk at a time.
    private static let pieceBytes = 1 << 20

    private let file: any DiskFile
    /// Where the piece ahead is read. It does one thing after the other, so waiting for it is to wait for the piece.
    private let queue = DispatchQueue(label: "keyward.journal.lines")
    private let reading = Mutex(Reading())

    private let isAhead: Bool

    /// Begins to read.
    ///
    /// - Parameter isAhead: without it each piece is read when it is asked for: beside others one core is enough.
    init(_ file: any DiskFile, isAhead: Bool = true) {
        self.file = file
        self.isAhead = isAhead
        if isAhead { readAhead() }
    }

    /// Waits for the next piece, and has the one after it read meanwhile. Not to be called again behind the last one,
    /// nor after it failed.
    func next() throws(DiskFault) -> Piece {
        if !isAhead { readAhead() }
        let piece = try taken().get()
        if isAhead, !piece.isLast { readAhead() }
        return piece
    }

    /// Waits until nothing is asked of the disk any more.
    func stop() {
        queue.sync {}
    }

    private func taken() -> Result<Piece, DiskFault> {
        queue.sync {
            reading.withLock { reading in
                defer { reading.next = nil }
                return reading.next ?? .success(Piece(isLast: true))
            }
        }
    }

    private func readAhead() {
        queue.async { self.reading.withLock { self.read(into: &$0) } }
    }

    private func read(into reading: inout Reading) {
        reading.next = Result { () throws(DiskFault) in
            let bytes = try file.read(upTo: Self.pieceBytes, at: reading.offset)
            reading.offset += bytes.count
            reading.splitter.append(bytes)
            var piece = Piece(isLast: bytes.isEmpty)
            while let place = reading.splitter.nextPlace() {
                let line = reading.splitter.bytes.span.extracting(place)
                piece.lines.append((place, JournalEntry(line: line)))
            }
            // Bytes of a line that does not end here are not shared, so that the next ones need not copy them.
            if !piece.lines.isEmpty || piece.isLast { piece.bytes = reading.splitter.bytes }
            return piece
        }
    }
}
