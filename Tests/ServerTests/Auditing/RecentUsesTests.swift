import Access
import FHIR
import Testing
import Transport

@testable import Server

@Suite struct RecentUsesTests {
    private let uses = RecentUses()
    private let start = Deadline.now()

    private func at(_ duration: Duration) -> Deadline { start.advanced(by: Patience(duration)) }

    private func state(_ principal: Principal = .root, _ isPrevious: Bool = false, at time: Duration)
        -> RecentUses.State
    {
        uses.state(of: principal, isPrevious: isPrevious, at: at(time))
    }

    private func settle(_ isWritten: Bool, at time: Duration) {
        uses.settle(.root, isPrevious: false, at: at(time), isWritten: isWritten)
    }

    @Test func aUseIsDueOnceAMinute() {
        #expect(state(at: .zero) == .due)
        settle(true, at: .zero)
        #expect(state(at: .zero) == .known)
        #expect(state(at: .milliseconds(59_999)) == .known)
        #expect(state(at: .seconds(60)) == .due)
    }

    @Test func whileOneIsWrittenOthersAreNotAndWhatFailedIsDueAgain() {
        #expect(state(at: .zero) == .due)
        #expect(state(at: .seconds(1)) == .underWay)
        settle(false, at: .zero)
        #expect(state(at: .seconds(1)) == .due)
    }

    @Test func eachPrincipalAndEachKindOfValueHasItsOwnMinute() throws {
        #expect(state(at: .zero) == .due)
        settle(true, at: .zero)
        #expect(state(.root, true, at: .zero) == .due)
        #expect(state(.client(try #require(LogicalID("root"))), at: .zero) == .due)
        #expect(state(at: .zero) == .known)
    }

    @Test func whatIsRememberedIsBounded() throws {
        #expect(state(at: .zero) == .due)
        settle(true, at: .zero)
        for index in 1...RecentUses.capacity {
            _ = state(.client(try #require(LogicalID("\(index)"))), at: .zero)
        }
        #expect(state(at: .zero) == .due, "forgotten, and so audited again sooner")
    }
}
