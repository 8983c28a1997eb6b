/// The lines of a file from any place on, read a piece at a time.
struct LineWalk {
    private let file: any DiskFile
    /// Nothing is read from here on.
    private let end: Int
    private var splitter = LineSplitter()
    /// Bytes read.
    private var read: Int
    /// Bytes that are asked of the disk next: few at first, since mostly one line is wanted.
    private var piece = 4_096
    /// Where the next line begins.
    private(set) var offset: Int

    private static let longestPiece = 1 << 20

    init(_ file: any DiskFile, from offset: Int, to end: Int = .max) {
        self.file = file
        self.end = end
        self.offset = offset
        read = offset
    }

    /// The next whole line with its newline; nil where there is none any more.
    mutating func next() throws(StorageError) -> [UInt8]? {
        while true {
            if let line = splitter.next() {
                offset += line.count
                return line
            }
            guard read < end else { return nil }
            let bytes: [UInt8]
            do { bytes = try file.read(upTo: min(piece, end - read), at: read) } catch { throw .disk(error) }
            guard !bytes.isEmpty else { return nil }
            splitter.append(bytes)
            read += bytes.count
            piece = min(piece * 4, Self.longestPiece)
        }
    }
}
