/// A moment in the form of HTTP (IMF-fixdate, RFC 9110 §5.6.7), to the second.
package struct HTTPDate: Sendable {
    /// Bytes that it takes, up to the end of the year 9999.
    static let count = 29

    private let secondsSinceEpoch: Int

    package init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = Int(secondsSinceEpoch)
    }

    package var text: String {
        String(decoding: [UInt8](capacity: Self.count) { write(to: &$0) }, as: UTF8.self)
    }

    func write(to output: inout OutputSpan<UInt8>) {
        let (days, second) = Self.divide(secondsSinceEpoch, by: 86_400)
        let (year, month, day) = Self.date(days)
        output.append(Self.dayName(Self.divide(days, by: 7).remainder))
        output.append(twoDigits: day)
        output.append(Self.monthName(month))
        output.append(twoDigits: year / 100 % 100)
        output.append(twoDigits: year % 100)
        output.append(.space)
        output.append(twoDigits: second / 3_600)
        output.append(.colon)
        output.append(twoDigits: second / 60 % 60)
        output.append(.colon)
        output.append(twoDigits: second % 60)
        output.append(" GMT")
    }

    /// The Gregorian date that is so many days after 1 January 1970. Years begin in March here, so a leap day is the
    /// last of its year, and any five months from the first or the sixth on have 153 days. The calendar repeats itself
    /// every 400 years, which have 146,097 days.
    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, day) = divide(days + 719_468, by: 146_097)
        // Without the leap days, of which there is one every 4 years, but for every 100, and again every 400.
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (year * 365 + year / 4 - year / 100)
        let month = (dayOfYear * 5 + 2) / 153
        let isFromJanuary = month >= 10
        return (
            era * 400 + year + (isFromJanuary ? 1 : 0), isFromJanuary ? month - 9 : month + 3,
            dayOfYear - (month * 153 + 2) / 5 + 1
        )
    }

    /// The remainder is never negative.
    private static func divide(_ number: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// The epoch was a Thursday, 0.
    private static func dayName(_ day: Int) -> StaticString {
        switch day {
        case 0: "Thu, "
        case 1: "Fri, "
        case 2: "Sat, "
        case 3: "Sun, "
        case 4: "Mon, "
        case 5: "Tue, "
        default: "Wed, "
        }
    }

    private static func monthName(_ month: Int) -> StaticString {
        switch month {
        case 1: " Jan "
        case 2: " Feb "
        case 3: " Mar "
        case 4: " Apr "
        case 5: " May "
        case 6: " Jun "
        case 7: " Jul "
        case 8: " Aug "
        case 9: " Sep "
        case 10: " Oct "
        case 11: " Nov "
        default: " Dec "
        }
    }
}
