import Foundation
import Telemetry
import Testing

@Suite struct WallTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_795_518_842_123, "2026-11-24T11:14:02.123Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (951_868_799_999, "2000-02-29T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func aMomentIsWrittenInUTCWithMilliseconds(milliseconds: Int, text: String) {
        #expect(WallTime.milliseconds(milliseconds).rfc3339 == text)
    }

    @Test func everyDayOfFourCenturiesAgreesWithFoundation() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in stride(from: -40_000, to: 110_000, by: 1) {
            let seconds = day * 86_400 + 3_723
            let expected = style.format(Date(timeIntervalSince1970: Double(seconds)))
            #expect(WallTime.seconds(seconds).rfc3339 == expected)
        }
    }

    @Test func nowIsNow() {
        let before = Date().timeIntervalSince1970
        let now = WallTime.now() / .seconds(1)
        #expect(now >= before - 0.001 && now <= Date().timeIntervalSince1970 + 0.001)
    }
}
