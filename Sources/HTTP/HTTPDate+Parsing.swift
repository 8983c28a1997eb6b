extension HTTPDate {
    /// The second since the epoch that is written in one of HTTP's three forms (RFC 9110 §5.6.7), all of which a
    /// recipient must take. Nothing for whatever else, a day that its month does not have included. `thisYear` settles
    /// which century the two digits of the obsolete form mean: a year more than 50 years ahead is one that is past. The
    /// name of the day is not compared with the date.
    package static func seconds(parsing text: ArraySlice<UInt8>, thisYear: Int) -> Int64? {
        let words = text.split(separator: .space, maxSplits: 5, omittingEmptySubsequences: false).map(Array.init)
        switch words.count {
        case 6 where words[0].count == 4 && words[0][3] == .comma && words[5] == zone:
            return seconds(words[3], words[2], words[1], words[4])
        case 4 where words[0].count >= 7 && words[0].last == .comma && words[3] == zone:
            let date = words[1].split(separator: 0x2d, omittingEmptySubsequences: false).map(Array.init)
            guard date.count == 3, let short = number(date[2], digits: 2) else { return nil }
            var year = thisYear / 100 * 100 + short
            if year > thisYear + 50 { year -= 100 }
            return seconds(Array("\(year)".utf8), date[1], date[0], words[2])
        case 5 where words[0].count == 3 && words[2].count == 2:
            return seconds(words[4], words[1], words[2], words[3])
        case 6 where words[0].count == 3 && words[2].isEmpty:
            // asctime pads a day of one digit with a space.
            return seconds(words[5], words[1], [0x30] + words[3], words[4])
        default:
            return nil
        }
    }

    private static let zone = Array("GMT".utf8)
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    .map { Array($0.utf8) }

    private static func number(_ text: [UInt8], digits: Int) -> Int? {
        guard text.count == digits, text.allSatisfy(\.isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func seconds(_ year: [UInt8], _ month: [UInt8], _ day: [UInt8], _ time: [UInt8]) -> Int64? {
        let parts = time.split(separator: .colon, omittingEmptySubsequences: false).map(Array.init)
        guard parts.count == 3, let hour = number(parts[0], digits: 2), let minute = number(parts[1], digits: 2),
            let second = number(parts[2], digits: 2), hour < 24, minute < 60, second <= 60,
            let year = number(year, digits: 4), let month = months.firstIndex(of: month),
            let day = number(day, digits: 2), day >= 1, day <= length(ofMonth: month, in: year)
        else { return nil }
        // Days before this year in the Gregorian calendar, those before this month, those before this day.
        let before = year - 1
        let years = before * 365 + before / 4 - before / 100 + before / 400
        let elapsed = (0..<month).reduce(0) { $0 + length(ofMonth: $1, in: year) }
        let days = years + elapsed + day - 1 - daysBeforeEpoch
        return Int64(((days * 24 + hour) * 60 + minute) * 60 + second)
    }

    /// From the first day of the year 1 to that of 1970.
    private static let daysBeforeEpoch = 719_162

    /// `month` counts from 0.
    private static func length(ofMonth month: Int, in year: Int) -> Int {
        switch month {
        case 1: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 3, 5, 8, 10: 30
        default: 31
        }
    }
}
