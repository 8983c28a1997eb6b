internal import Glibc

/// A moment in the form of HTTP (IMF-fixdate, RFC 9110 §5.6.7), to the second.
package struct HTTPDate: Sendable {
    private let secondsSinceEpoch: Int64

    package init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    package var text: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    package func write(to bytes: inout [UInt8]) {
        var seconds = time_t(secondsSinceEpoch)
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        var text = InlineArray<29, UInt8>(repeating: .space)
        text.put(Self.dayNames, part: unsafe parts.tm_wday, at: 0)
        text.put(unsafe parts.tm_mday, at: 5)
        text.put(Self.monthNames, part: unsafe parts.tm_mon, at: 7)
        let year = unsafe 1_900 + parts.tm_year
        text.put(year / 100, at: 12)
        text.put(year % 100, at: 14)
        text.put(unsafe parts.tm_hour, at: 17)
        text[19] = .colon
        text.put(unsafe parts.tm_min, at: 20)
        text[22] = .colon
        text.put(unsafe parts.tm_sec, at: 23)
        (text[26], text[27], text[28]) = (UInt8(ascii: "G"), UInt8(ascii: "M"), UInt8(ascii: "T"))
        bytes.append(copying: text.span)
    }

    private static let dayNames: StaticString = "Sun, Mon, Tue, Wed, Thu, Fri, Sat, "
    private static let monthNames: StaticString = " Jan  Feb  Mar  Apr  May  Jun  Jul  Aug  Sep  Oct  Nov  Dec "
}

extension InlineArray<29, UInt8> {
    /// Two digits.
    fileprivate mutating func put(_ number: Int32, at index: Int) {
        self[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10)
        self[index + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
    }

    /// One of the names in `text`, which take five bytes each.
    fileprivate mutating func put(_ text: StaticString, part: Int32, at index: Int) {
        text.withUTF8Buffer { buffer in
            for offset in 0..<5 { unsafe self[index + offset] = buffer[Int(part) * 5 + offset] }
        }
    }
}
