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

    func write(to bytes: inout [UInt8]) {
        var seconds = time_t(secondsSinceEpoch)
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        unsafe bytes += Self.days[Int(parts.tm_wday)]
        unsafe Self.append(parts.tm_mday, .space, to: &bytes)
        unsafe bytes += Self.months[Int(parts.tm_mon)]
        unsafe bytes.append(decimal: Int(1900 + parts.tm_year))
        bytes.append(.space)
        unsafe Self.append(parts.tm_hour, .colon, to: &bytes)
        unsafe Self.append(parts.tm_min, .colon, to: &bytes)
        unsafe Self.append(parts.tm_sec, .space, to: &bytes)
        bytes += Self.zone
    }

    private static let days = ["Sun, ", "Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, "].map { Array($0.utf8) }
    private static let months = [
        "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec ",
    ].map { Array($0.utf8) }
    static let zone = Array("GMT".utf8)

    private static func append(_ number: Int32, _ separator: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "0") + UInt8(number / 10))
        bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
        bytes.append(separator)
    }
}
