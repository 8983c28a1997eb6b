/// A point in time to the millisecond, in UTC, as the R4 data type `instant`: `2026-11-24T11:14:02.123Z`.
///
/// The text is meant for the years 0001 to 9999; reading takes exactly the form that is written.
package struct Instant: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    package var text: String {
        let (days, rest) = Self.floorDivide(milliseconds, by: 86_400_000)
        let (year, month, day) = Self.date(ofDay: days)
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let minutes = rest / 60_000
        let time = "\(Self.padded(minutes / 60, 2)):\(Self.padded(minutes % 60, 2))"
        return "\(date)T\(time):\(Self.padded(rest / 1_000 % 60, 2)).\(Self.padded(rest % 1_000, 3))Z"
    }

    /// Nil when the text is not of the form `YYYY-MM-DDThh:mm:ss.sssZ` or names no time, as February 30 or 24:00 do.
    package init?(_ text: String) {
        let pattern = "0000-00-00T00:00:00.000Z"
        guard text.utf8.count == pattern.utf8.count else { return nil }
        var numbers: [Int64] = [0]
        for (byte, expected) in zip(text.utf8, pattern.utf8) {
            if expected == UInt8(ascii: "0") {
                guard case UInt8(ascii: "0")...UInt8(ascii: "9") = byte else { return nil }
                numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int64(byte - UInt8(ascii: "0"))
            } else {
                guard byte == expected else { return nil }
                numbers.append(0)
            }
        }
        let minutes = numbers[3] * 60 + numbers[4]
        let day = Self.day(year: numbers[0], month: numbers[1], day: numbers[2])
        self.init(milliseconds: (day * 1_440 + minutes) * 60_000 + numbers[5] * 1_000 + numbers[6])
        // A number out of its range would have carried into the next one.
        guard numbers[0] > 0, self.text == text else { return nil }
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

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
