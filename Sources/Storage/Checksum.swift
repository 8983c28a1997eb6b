import CZlib

/// The running CRC-32 (as in zlib, gzip and PNG) of all bytes given so far. It finds accidents: every single changed
/// byte and every burst up to 32 bits for certain, anything else but once in four billion. It is no defence against
/// intent.
struct Checksum: Equatable {
    private(set) var value: UInt32 = 0

    mutating func add(_ bytes: Span<UInt8>) {
        // zlib takes a null pointer, which an empty span may be, for the wish to start anew.
        guard !bytes.isEmpty else { return }
        value = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe UInt32(crc32_z(uLong(value), buffer.baseAddress, buffer.count))
        }
    }

    /// Eight lower-case hexadecimal digits.
    var text: [UInt8] {
        (0..<8).map { place in
            let digit = UInt8(truncatingIfNeeded: value >> (28 - 4 * UInt32(place))) & 0xF
            return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }

    init() {}

    /// Nil unless `text` is eight lower-case hexadecimal digits.
    init?(text: Span<UInt8>) {
        guard text.count == 8 else { return nil }
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(text[index] - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = value << 4 | UInt32(text[index] - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
    }
}
