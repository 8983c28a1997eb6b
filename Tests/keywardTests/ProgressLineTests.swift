import Testing

@testable import keyward

@Suite struct ProgressLineTests {
    /// A terminal that shows what was written, and a clock that a test moves.
    private final class Screen {
        var time = ContinuousClock.now
        var writes: [String] = []

        func line(size: Int?) -> ProgressLine {
            ProgressLine(size: size, now: { self.time }, write: { self.writes.append($0) })
        }

        /// What stands in the line.
        var shown: String {
            var cells: [Character] = []
            var column = 0
            for character in writes.joined() {
                if character == "\r" {
                    column = 0
                } else {
                    if column < cells.count { cells[column] = character } else { cells.append(character) }
                    column += 1
                }
            }
            return String(String(cells).reversed().drop { $0 == " " }.reversed())
        }
    }

    @Test func itSaysLinesMegabytesPercentAndRateTwiceASecond() {
        let screen = Screen()
        let line = screen.line(size: 200_000_000)
        for _ in 0..<10 {
            screen.time += .milliseconds(100)
            line.show(1_000, bytes: 50_000_000)
        }
        #expect(screen.writes.count == 2)
        #expect(screen.shown == "1000 lines, 50 of 200 MB (25 %), 1000 lines a second")
    }

    @Test func withoutASizeItSaysNoPercentAndAShorterLineLeavesNothingOfTheLonger() {
        let screen = Screen()
        let line = screen.line(size: nil)
        screen.time += .milliseconds(500)
        line.show(1_000_000, bytes: 1_000_000)
        screen.time += .seconds(20_000)
        line.show(1_000_000, bytes: 1_000_000)
        #expect(screen.shown == "1000000 lines, 1 MB, 49 lines a second")
    }

    @Test func itIsErasedOnceAndNeverMoreThanWhole() {
        let screen = Screen()
        let line = screen.line(size: 10)
        line.erase()
        #expect(screen.writes.isEmpty)
        screen.time += .seconds(1)
        line.show(3, bytes: 20)
        #expect(screen.shown.contains("(100 %)"), "a file that grows meanwhile")
        line.erase()
        line.erase()
        #expect(screen.shown == "" && screen.writes.count == 2 && screen.writes[1].hasSuffix("\r"))
    }
}
