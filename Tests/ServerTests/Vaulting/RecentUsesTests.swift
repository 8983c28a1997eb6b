import Access
import FHIR
import Testing
import Transport
import Vault

@testable import Server

@Suite struct RecentUsesTests {
    private let uses = RecentUses()
    private let start = Deadline.now()

    private func at(_ duration: Duration) -> Deadline { start.advanced(by: Patience(duration)) }

    private func use(
        _ client: String = "basic", secret: String = "s", _ value: SecretValue = .current
    ) throws -> SecretUse {
        SecretUse(client: try #require(LogicalID(client)), secret: SecretName(secret), value: value)
    }

    private func state(_ use: SecretUse? = nil, at time: Duration) throws -> RecentUses.State {
        uses.state(of: try use ?? self.use(), at: at(time))
    }

    private func settle(_ isWritten: Bool, at time: Duration) throws {
        uses.settle(try use(), at: at(time), isWritten: isWritten)
    }

    @Test func aUseIsDueOnceAMinute() throws {
        #expect(try state(at: .zero) == .due)
        try settle(true, at: .zero)
        #expect(try state(at: .zero) == .known)
        #expect(try state(at: .milliseconds(59_999)) == .known)
        #expect(try state(at: .seconds(60)) == .due)
    }

    @Test func whileOneIsWrittenOthersAreNotAndWhatFailedIsDueAgain() throws {
        #expect(try state(at: .zero) == .due)
        #expect(try state(at: .seconds(1)) == .underWay)
        try settle(false, at: .zero)
        #expect(try state(at: .seconds(1)) == .due)
    }

    @Test(arguments: [true, false])
    func whoeverComesWhileOneIsWrittenHearsWhetherItWas(isWritten: Bool) async throws {
        let use = try use()
        #expect(try state(at: .zero) == .due)
        let waiting = (1...3).map { _ in Task.immediate { [uses] in await uses.isWritten(use) } }
        try settle(isWritten, at: .zero)
        for task in waiting { #expect(await task.value == isWritten) }
        #expect(await uses.isWritten(use) == isWritten, "nor does it matter when one asks")
    }

    @Test func eachClientEachSecretAndEachOfItsValuesHasItsOwnMinute() throws {
        #expect(try state(at: .zero) == .due)
        try settle(true, at: .zero)
        #expect(try state(use(secret: "other"), at: .zero) == .due)
        #expect(try state(use("basic", secret: "s", .previous), at: .zero) == .due)
        #expect(try state(use("other"), at: .zero) == .due)
        #expect(try state(at: .zero) == .known)
    }

    @Test func whatIsRememberedIsBounded() throws {
        #expect(try state(at: .zero) == .due)
        try settle(true, at: .zero)
        for index in 1...RecentUses.capacity {
            _ = try state(use("\(index)"), at: .zero)
        }
        #expect(try state(at: .zero) == .due, "forgotten, and so audited again sooner")
    }
}
