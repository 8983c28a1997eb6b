/// Cuts a stream of bytes into lines, whatever the pieces it comes in.
struct LineSplitter {
    private var bytes: [UInt8] = []
    private var start = 0
    /// Up to here `bytes` was searched and holds no further newline.
    private var searched = 0

    mutating func append(_ piece: [UInt8]) {
        bytes.removeSubrange(..<start)
        searched -= start
        start = 0
        bytes += piece
    }

    /// The next whole line with its newline; nil when more bytes are wanted.
    mutating func next() -> [UInt8]? {
        guard let newline = bytes[searched...].firstIndex(of: Journal.newline) else {
            searched = bytes.count
            return nil
        }
        defer { (start, searched) = (newline + 1, newline + 1) }
        return [UInt8](bytes[start...newline])
    }

    /// What follows the last newline.
    var rest: [UInt8] { [UInt8](bytes[start...]) }
}
