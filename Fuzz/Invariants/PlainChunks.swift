/// Chunked content (RFC 9112 §7.1) as a plain second reading finds it, line by line.
struct PlainChunks {
    private(set) var content: [UInt8] = []
    /// Whether it has neither extensions nor trailer fields, nor needless zeros.
    private(set) var isBare = true
    /// The index behind it.
    private(set) var end: Int

    /// Nothing where the bytes are not chunked content up to its end.
    init?(_ bytes: ArraySlice<UInt8>) {
        end = bytes.startIndex
        while let line = takeLine(of: bytes) {
            let digits = line.prefix { $0 != UInt8(ascii: ";") }
            if digits.count < line.count || digits.count > 1 && digits.first == UInt8(ascii: "0") { isBare = false }
            guard digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
                let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            if size == 0 { break }
            guard bytes.endIndex - end >= size else { return nil }
            content += bytes[end..<(end + size)]
            end += size
            guard takeLine(of: bytes)?.isEmpty == true else { return nil }
        }
        while let line = takeLine(of: bytes) {
            if line.isEmpty { return }
            isBare = false
        }
        return nil
    }

    /// The line at `end`, without its CR LF.
    private mutating func takeLine(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let start = end
        guard let feed = bytes[start...].firstIndex(of: 0x0a), feed > start, bytes[feed - 1] == 0x0d else { return nil }
        end = feed + 1
        return bytes[start..<(feed - 1)]
    }

    /// One chunk for all of the content.
    static func spelt(_ content: [UInt8]) -> [UInt8] {
        let chunk =
            content.isEmpty ? [] : Array("\(String(content.count, radix: 16))\r\n".utf8) + content + [0x0d, 0x0a]
        return chunk + Array("0\r\n\r\n".utf8)
    }
}
