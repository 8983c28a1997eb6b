import Glibc

/// Cuts a stream of bytes into lines, whatever the pieces it comes in.
struct LineSplitter {
    /// What lines are cut out of: the places that `nextPlace` gives are in here, until more is appended.
    private(set) var bytes: [UInt8] = []
    private var start = 0
    /// Up to here `bytes` was searched and holds no further newline.
    private var searched = 0

    mutating func append(_ piece: [UInt8]) {
        if start == 0 { bytes += piece } else { bytes = rest + piece }
        searched -= start
        start = 0
    }

    /// The next whole line with its newline; nil when more bytes are wanted.
    mutating func next() -> [UInt8]? {
        nextPlace().map { [UInt8](bytes[$0]) }
    }

    /// Where in `bytes` the next whole line is.
    mutating func nextPlace() -> Range<Int>? {
        guard let newline = bytes.span.firstPlace(of: Journal.newline, from: searched) else {
            searched = bytes.count
            return nil
        }
        defer { (start, searched) = (newline + 1, newline + 1) }
        return start..<(newline + 1)
    }

    /// What follows the last newline.
    var rest: [UInt8] { [UInt8](bytes[start...]) }
    var restCount: Int { bytes.count - start }
}

extension Span<UInt8> {
    /// libc's search, which takes many bytes at a time.
    fileprivate func firstPlace(of byte: UInt8, from place: Int) -> Int? {
        unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, place < bytes.count,
                let found = unsafe memchr(start + place, Int32(byte), bytes.count - place)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - start
        }
    }
}
