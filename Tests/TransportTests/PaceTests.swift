import Testing

@testable import Transport

@Suite struct PaceTests {
    /// Ten seconds, and one more for every 100 bytes.
    private let pace = Pace(.seconds(10), bytesPerSecond: 100)
    private let start = Deadline.now()

    private func later(_ seconds: Int) -> Deadline { start.advanced(by: Patience(.seconds(seconds))) }

    @Test func aByteGivesBackItsPartOfASecond() {
        #expect(pace.extended(later(5), by: 100, at: start) == later(6))
        #expect(pace.extended(later(5), by: 1, at: start) == later(5).advanced(by: Patience(.milliseconds(10))))
        #expect(pace.extended(later(5), by: 0, at: start) == later(5))
    }

    @Test func whoMovesMuchAtOnceMayRestForThePatienceAndNoLonger() {
        #expect(pace.extended(later(10), by: 1_000_000, at: start) == later(10))
        #expect(pace.extended(later(5), by: 1_000_000, at: later(3)) == later(13))
        #expect(pace.extended(later(5), by: .max, at: start) == later(10))
    }

    @Test(arguments: [(49, false), (99, false), (101, true), (1_000, true)])
    func onlyWhoKeepsTheRateGoesOnForEver(bytesASecond: Int, keeps: Bool) {
        var deadline = later(10)
        var second = 0
        while second < 2_000, later(second + 1) < deadline {
            second += 1
            deadline = pace.extended(deadline, by: bytesASecond, at: later(second))
        }
        #expect((second == 2_000) == keeps, "\(second)")
    }

    /// However the bytes come, one every 9.9 seconds or all at once, all of them take no more than this.
    @Test(arguments: [1, 10, 499, 500])
    func aTransferEndsWithinPatienceAndSizeByRate(piece: Int) {
        var deadline = later(10)
        var left = 500
        while left > 0 {
            let last = Deadline(nanoseconds: deadline.nanoseconds - 1)
            deadline = pace.extended(deadline, by: min(piece, left), at: last)
            left -= piece
        }
        #expect(deadline <= later(10 + 5))
    }
}
