/// A point in time to the millisecond, in UTC, as the R4 data type `instant`: `2026-11-24T11:14:02.123Z`.
///
/// The text is meant for the years 0001 to 9999; reading takes exactly the form that is written.
package struct Instant: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    package var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text.
    package func append(to bytes: inout [UInt8]) {
        let (days, rest) = Self.floorDivide(milliseconds, by: 86_400_000)
        let (year, month, day) = Self.date(ofDay: days)
        bytes.append(year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(day, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(rest / 3_600_000, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(rest / 60_000 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(rest / 1_000 % 60, digits: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.append(rest % 1_000, digits: 3)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Nil when the text is not of the form `YYYY-MM-DDThh:mm:ss.sssZ` or names no time, as February 30 or 24:00 do.
    package init?(_ text: String) {
        self.init(text.utf8.span)
    }

    /// The same, for what is no text yet.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == 24, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            bytes[19] == UInt8(ascii: "."), bytes[23] == UInt8(ascii: "Z"),
            let year = bytes.digits(0..<4), let month = bytes.digits(5..<7), let day = bytes.digits(8..<10),
            let hour = bytes.digits(11..<13), let minute = bytes.digits(14..<16), let second = bytes.digits(17..<19),
            let millisecond = bytes.digits(20..<23), year > 0, hour < 24, minute < 60, second < 60
        else { return nil }
        let days = Self.day(year: year, month: month, day: day)
        // A month or a day that is none would have carried into another one.
        guard Self.date(ofDay: days) == (year, month, day) else { return nil }
        self.init(milliseconds: (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + millisecond)
    }
}

extension [UInt8] {
    /// Appends a number with leading zeros.
    fileprivate mutating func append(_ number: Int64, digits: Int) {
        var divisor = (1..<digits).reduce(UInt64(1)) { power, _ in power * 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number.magnitude / divisor % 10))
            divisor /= 10
        }
    }
}

extension Span<UInt8> {
    /// The number that decimal digits in these places make; nil when another byte is among them.
    fileprivate func digits(_ places: Range<Int>) -> Int64? {
        var number: Int64 = 0
        for place in places {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = self[place] else { return nil }
            number = number * 10 + Int64(self[place] - UInt8(ascii: "0"))
        }
        return number
    }
}

/// The proleptic Gregorian calendar, reckoned in years that begin in March, so that a leap day is a year's last.
extension Instant {
    /// 1970-01-01 in days since 0000-03-01.
    private static let epoch: Int64 = 719_468

    private static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let (era, yearOfEra) = floorDivide(marchYear, by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - epoch
    }

    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(day + epoch, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month > 2 ? 0 : 1), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func floorDivide(_ number: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
