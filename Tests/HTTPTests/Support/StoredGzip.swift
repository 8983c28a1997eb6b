/// A gzip stream made by hand (RFC 1952, and the stored blocks of RFC 1951 §3.2.4), without zlib: what the decoder is
/// held against.
enum StoredGzip {
    /// - Parameter flags: of the header; what they announce is added: a name (8), a comment (16), extra bytes (4).
    static func stream(_ text: String, flags: UInt8 = 0) -> [UInt8] {
        var bytes: [UInt8] = [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255]
        if flags & 4 != 0 { bytes += [2, 0, 1, 2] }
        if flags & 8 != 0 { bytes += Array("name\0".utf8) }
        if flags & 16 != 0 { bytes += Array("comment\0".utf8) }
        let content = Array(text.utf8)
        let count = UInt16(content.count)
        bytes += [1, UInt8(count & 255), UInt8(count >> 8), ~UInt8(count & 255), ~UInt8(count >> 8)]
        return bytes + content + little(checksum(content)) + little(UInt32(content.count))
    }

    private static func little(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    /// CRC-32, bit by bit (RFC 1952 §8).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 {
                let isOdd = sum & 1 == 1
                sum >>= 1
                if isOdd { sum ^= 0xedb8_8320 }
            }
        }
        return ~sum
    }
}
