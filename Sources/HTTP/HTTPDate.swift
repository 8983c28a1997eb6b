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
        bytes.append(Self.dayNames, part: unsafe parts.tm_wday)
        bytes.append(twoDigits: unsafe parts.tm_mday)
        bytes.append(Self.monthNames, part: unsafe parts.tm_mon)
        let year = unsafe 1_900 + parts.tm_year
        bytes.append(twoDigits: year / 100)
        bytes.append(twoDigits: year)
        bytes.append(.space)
        bytes.append(twoDigits: unsafe parts.tm_hour)
        bytes.append(.colon)
        bytes.append(twoDigits: unsafe parts.tm_min)
        bytes.append(.colon)
        bytes.append(twoDigits: unsafe parts.tm_sec)
        bytes.append(" GMT")
    }

    private static let dayNames: StaticString = "Sun, Mon, Tue, Wed, Thu, Fri, Sat, "
    private static let monthNames: StaticString = " Jan  Feb  Mar  Apr  May  Jun  Jul  Aug  Sep  Oct  Nov  Dec "
}

extension [UInt8] {
    fileprivate mutating func append(twoDigits number: Int32) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10 % 10))
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }

    /// One of the names in `text`, which take five bytes each.
    fileprivate mutating func append(_ text: StaticString, part: Int32) {
        let start = Int(part) * 5
        text.withUTF8Buffer { unsafe append(contentsOf: $0[start..<(start + 5)]) }
    }
}
