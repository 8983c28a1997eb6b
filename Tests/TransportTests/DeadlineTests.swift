import Testing
import Transport

@Suite struct DeadlineTests {
    @Test func aDeadlineIsAsFarAsItsDuration() {
        let now = Deadline.now()
        #expect(now.advanced(by: Patience(.milliseconds(1_500))).nanoseconds(since: now) == 1_500_000_000)
        #expect(now.advanced(by: Patience(.nanoseconds(1))) > now)
        #expect(now.advanced(by: Patience(.zero)) == now)
        #expect(now.nanoseconds(since: now.advanced(by: Patience(.seconds(1)))) == 0)
    }

    @Test func aDurationThatIsOverMeansNow() {
        let now = Deadline.now()
        #expect(now.advanced(by: Patience(.seconds(-5))) == now)
    }

    @Test func neverComesAfterEveryOther() {
        #expect(Deadline.after(Patience(.seconds(1_000_000_000))) < .never)
    }

    @Test func theClockGoesOn() {
        let first = Deadline.now()
        #expect(Deadline.now() >= first)
        #expect(Deadline.after(Patience(.seconds(60))) > first)
    }
}
