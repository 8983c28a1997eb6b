import FHIR
import Foundation
import Testing

struct InstantTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_518_842_123, "2026-11-24T11:14:02.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func anInstantIsWrittenAndReadBack(_ milliseconds: Int64, _ text: String) {
        #expect(Instant(milliseconds: milliseconds).text == text)
        #expect(Instant(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-24", "2026-11-24T11:14:02Z", "2026-11-24T11:14:02.123", "2026-11-24T11:14:02.123+00:00",
        "2026-11-24 11:14:02.123Z", "2026-11-24T24:00:00.000Z", "2026-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z",
        "2026-00-01T00:00:00.000Z", "2026-11-00T00:00:00.000Z", "2026-11-24T11:60:00.000Z", "2026-11-24T11:14:60.000Z",
        "2026-11-24T11:14:02.12xZ", "0000-01-01T00:00:00.000Z", "+026-11-24T11:14:02.123Z",
    ])
    func whatIsNotThatFormOrNoTimeIsRefused(_ text: String) {
        #expect(Instant(text) == nil)
    }

    /// Days of seven centuries, all since 1600 (before 1582 the other one is Julian), against Foundation's calendar.
    @Test func datesAgreeWithAnotherCalendar() {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        for day in stride(from: -135_000, through: 135_000, by: 61) {
            let seconds = Int64(day) * 86_400 + 45_296
            let text = Instant(milliseconds: seconds * 1_000 + 7).text
            let expected = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            #expect(text == expected.replacing(".000Z", with: ".007Z"))
            #expect(Instant(text)?.milliseconds == seconds * 1_000 + 7)
        }
    }

    @Test func instantsAreOrderedByTime() {
        #expect(Instant(milliseconds: 1) < Instant(milliseconds: 2))
        #expect(Instant(milliseconds: -2) < Instant(milliseconds: -1))
    }
}
