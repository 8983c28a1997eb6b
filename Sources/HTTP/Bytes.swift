/// The grammar's alphabets (RFC 9110 §5.6.2, RFC 3986 §2), as tables: one look-up a byte.
enum Alphabet {
    /// `tchar` of RFC 9110 §5.6.2.
    static let token = table("!#$%&'*+-.^_`|~", letters: true)
    /// What a path may hold: `pchar` of RFC 3986 §3.3 and the slash. Per cent signs are checked where they are decoded.
    static let path = table("-._~!$&'()*+,;=:@/%", letters: true)
    /// What a query may hold: RFC 3986 §3.4, and the vertical bar that FHIR's token search is commonly sent with.
    static let query = table("-._~!$&'()*+,;=:@/%?|", letters: true)
    /// What a host's name may hold (`reg-name`, RFC 3986 §3.2.2), but for per cent signs and commas: see `Authority`.
    static let registeredName = table("-._~!$&'()*+;=", letters: true)

    private static func table(_ others: String, letters: Bool) -> [Bool] {
        var table = [Bool](repeating: false, count: 256)
        for byte in others.utf8 { table[Int(byte)] = true }
        for byte in 0..<128 where letters && UInt8(byte).isASCIIAlphanumeric { table[byte] = true }
        return table
    }
}

extension UInt8 {
    var asciiLowercase: UInt8 { self >= 0x41 && self <= 0x5a ? self | 0x20 : self }

    var isASCIIAlphanumeric: Bool {
        (self >= 0x30 && self <= 0x39) || (asciiLowercase >= 0x61 && asciiLowercase <= 0x7a)
    }

    /// No control character, unless it is the tab: RFC 9110 §5.5.
    var isFieldValue: Bool { (self >= 0x20 && self != 0x7f) || self == .tab }

    var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// The value of a hexadecimal digit.
    var hexadecimal: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x37
        case 0x61...0x66: self - 0x57
        default: nil
        }
    }

    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0a
    static let carriageReturn: UInt8 = 0x0d
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let percent: UInt8 = 0x25
    static let comma: UInt8 = 0x2c
    static let slash: UInt8 = 0x2f
    static let colon: UInt8 = 0x3a
    static let semicolon: UInt8 = 0x3b
    static let equalsSign: UInt8 = 0x3d
    static let questionMark: UInt8 = 0x3f
    static let backslash: UInt8 = 0x5c
}

extension UInt64 {
    /// Eight times the same byte.
    fileprivate init(repeating byte: UInt8) {
        self = UInt64(byte) &* 0x0101_0101_0101_0101
    }

    /// Which of the eight bytes, counted from the lowest one, is the first that is zero: none before it borrows a bit
    /// that was not set.
    fileprivate var firstZero: Int? {
        let zeros = (self &- UInt64(repeating: 1)) & ~self & UInt64(repeating: 0x80)
        return zeros == 0 ? nil : zeros.trailingZeroBitCount / 8
    }

    /// Whether one of the eight bytes may be a control character; the tab counts as one.
    fileprivate var mayHaveControl: Bool {
        (self &- UInt64(repeating: 0x20)) & ~self & UInt64(repeating: 0x80) != 0
            || (self ^ UInt64(repeating: 0x7f)).firstZero != nil
    }
}

extension Span<UInt8> {
    /// The first index at or after `start` that holds `byte`.
    func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        firstIndex(of: byte, in: start..<count)
    }

    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        let pattern = UInt64(repeating: byte)
        var start = range.lowerBound
        while start + 8 <= range.upperBound {
            if let place = (word(at: start) ^ pattern).firstZero { return start + place }
            start += 8
        }
        while start < range.upperBound {
            if self[start] == byte { return start }
            start += 1
        }
        return nil
    }

    /// Whether a field value may be made of these bytes.
    var isFieldValue: Bool {
        var start = 0
        while start < count {
            // Of the last eight bytes some may have been looked at before.
            let next = Swift.min(start, count - 8)
            if next >= 0, !word(at: next).mayHaveControl {
                start = next + 8
            } else {
                let end = Swift.min(start + 8, count)
                while start < end {
                    guard self[start].isFieldValue else { return false }
                    start += 1
                }
            }
        }
        return true
    }

    /// Eight bytes at once, the first one lowest, which must be there: most of a header is looked at in no smaller
    /// pieces.
    private func word(at start: Int) -> UInt64 {
        let word = unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: start, as: UInt64.self) }
        return UInt64(littleEndian: word)
    }

    func count(of byte: UInt8) -> Int {
        var number = 0
        for index in indices where self[index] == byte { number += 1 }
        return number
    }

    func allSatisfy(_ alphabet: [Bool]) -> Bool {
        for index in indices where !alphabet[Int(self[index])] { return false }
        return true
    }

    /// How many bytes at the beginning are of this alphabet.
    func prefixCount(_ alphabet: [Bool]) -> Int {
        for index in indices where !alphabet[Int(self[index])] { return index }
        return count
    }

    func equals(_ bytes: [UInt8]) -> Bool {
        guard count == bytes.count else { return false }
        for index in indices where self[index] != bytes[index] { return false }
        return true
    }

    func equals(_ text: StaticString, ignoringCase: Bool = false) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { buffer in
            for index in indices {
                let byte = ignoringCase ? self[index].asciiLowercase : self[index]
                guard unsafe byte == buffer[index] else { return false }
            }
            return true
        }
    }

    /// Without the spaces and tabs around it (`OWS`, RFC 9110 §5.6.3).
    func trimmedRange() -> Range<Int> {
        var start = 0
        var end = count
        while start < end, self[start] == .space || self[start] == .tab { start += 1 }
        while end > start, self[end - 1] == .space || self[end - 1] == .tab { end -= 1 }
        return start..<end
    }
}

extension String {
    /// Bytes that are known to be UTF-8; empty where they are not.
    init(copying bytes: Span<UInt8>) {
        do {
            self = String(copying: try UTF8Span(validating: bytes))
        } catch {
            self = ""
        }
    }
}
