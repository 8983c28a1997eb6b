import FHIR
import Testing

@testable import Server

@Suite struct ClockTests {
    @Test func aRandomIDHasTheFormOfAVersion4UUID() {
        for _ in 0..<200 {
            let text = LogicalID.random().text
            #expect(
                text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil,
                "\(text)")
        }
    }

    @Test func randomIDsDifferInEveryDigitThatIsRandom() {
        let ids = (0..<400).map { _ in Array(LogicalID.random().text) }
        #expect(Set(ids).count == ids.count)
        for place in 0..<36 {
            let digits = Set(ids.map { $0[place] })
            let expected = [8, 13, 18, 23, 14].contains(place) ? 1 : place == 19 ? 4 : 16
            #expect(digits.count == expected, "place \(place)")
        }
    }

    @Test func theWallClockIsThatOfTheMachine() throws {
        let published = try #require(Instant("2025-01-01T00:00:00.000Z"))
        let first = wallClock()
        #expect(first > published)
        #expect(first.milliseconds < wallClock().milliseconds + 60_000)
    }
}
