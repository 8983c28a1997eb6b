import HTTP
import Testing

@Test(arguments: [
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (1_709_210_096, "Thu, 29 Feb 2024 12:34:56 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
    (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"), (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
    (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
])
func aMomentIsWrittenInTheFormOfHTTP(seconds: Int64, text: String) {
    #expect(HTTPDate(secondsSinceEpoch: seconds).text == text)
}

/// Reading counts the days in another way than writing.
@Test func everyDayOfEightHundredYearsIsReadAsItWasWritten() {
    for day in Int64(-146_097)..<146_097 {
        let moment = day * 86_400 + (day & 0xffff)
        let text = HTTPDate(secondsSinceEpoch: moment).text
        #expect(HTTPDate.seconds(parsing: Array(text.utf8)[...], thisYear: 2024) == moment)
    }
}

/// The three forms of RFC 9110 §5.6.7, with its own examples.
@Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
    ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Wed Nov 16 08:49:37 1994", 784_975_777),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Thu, 29 Feb 2024 12:34:56 GMT", 1_709_210_096),
    ("Wed, 31 Dec 1969 23:59:59 GMT", -1), ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
    ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800), ("Tuesday, 01-Jan-74 00:00:00 GMT", 3_281_990_400),
    ("Wednesday, 01-Jan-75 00:00:00 GMT", 157_766_400),
])
func aMomentIsReadInEachFormOfHTTP(text: String, seconds: Int64) {
    #expect(HTTPDate.seconds(parsing: Array(text.utf8)[...], thisYear: 2024) == seconds)
}

@Test(arguments: [
    "", " ", "yesterday", "784111777", "2023-11-14T22:13:20Z", "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Wed, 29 Feb 2023 00:00:00 GMT",
    "Mon, 29 Feb 2100 00:00:00 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun,  06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 6-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
    "Sun Nov  6 08:49:37 94", "Sun Nov 06 08:49 1994", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:3x GMT",
])
func whatIsNoMomentOfHTTPIsNone(text: String) {
    #expect(HTTPDate.seconds(parsing: Array(text.utf8)[...], thisYear: 2024) == nil)
}
