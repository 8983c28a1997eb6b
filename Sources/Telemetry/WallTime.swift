import Glibc

/// A moment, as the time since 1970-01-01T00:00:00Z without leap seconds.
package typealias WallTime = Duration

extension WallTime {
    /// The machine's idea of now.
    package static func now() -> WallTime {
        var time = timespec()
        // CLOCK_REALTIME is always there, and the address is of a local: the call cannot fail.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// RFC 3339 in UTC with milliseconds, cut and not rounded: `2026-11-24T11:14:02.123Z`. Years 0 to 9999.
    package var rfc3339: String {
        var (seconds, attoseconds) = components
        if attoseconds < 0 {
            seconds -= 1
            attoseconds += 1_000_000_000_000_000_000
        }
        let day = seconds.dividedDown(by: 86_400)
        let second = seconds - day * 86_400
        let (year, month, date) = Self.civil(day: day)
        var text = ""
        text.reserveCapacity(24)
        func append(_ number: Int64, width: Int, then separator: Character) {
            let digits = String(number)
            text.append(contentsOf: String(repeating: "0", count: max(0, width - digits.utf8.count)))
            text.append(contentsOf: digits)
            text.append(separator)
        }
        append(year, width: 4, then: "-")
        append(month, width: 2, then: "-")
        append(date, width: 2, then: "T")
        append(second / 3_600, width: 2, then: ":")
        append(second / 60 % 60, width: 2, then: ":")
        append(second % 60, width: 2, then: ".")
        append(attoseconds / 1_000_000_000_000_000, width: 3, then: "Z")
        return text
    }

    /// The date of the proleptic Gregorian calendar, `day` days after 1970-01-01. Years begin in March here, so that
    /// the leap day is the last of its year and the months' lengths follow one line of arithmetic.
    private static func civil(day: Int64) -> (year: Int64, month: Int64, date: Int64) {
        let shifted = day + 719_468  // days since 0000-03-01
        let era = shifted.dividedDown(by: 146_097)  // of 400 years each
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153  // months since March
        let month = march < 10 ? march + 3 : march - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }
}

extension Int64 {
    fileprivate func dividedDown(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
