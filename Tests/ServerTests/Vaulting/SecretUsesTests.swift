import Access
import FHIR
import HTTP
import Telemetry
import Testing
import Transport
import Vault

@testable import Server

@Suite struct SecretUsesTests {
    private let log = LogBook()
    private let registry = MetricRegistry()

    private func metrics() -> [Substring] {
        String(decoding: registry.render(), as: UTF8.self).split(separator: "\n").filter { !$0.hasSuffix(" 0") }
    }

    private func use(_ client: String, _ value: SecretValue) throws -> SecretUse {
        SecretUse(client: try #require(LogicalID(client)), secret: SecretName("s"), value: value)
    }

    @Test func theValueThatIsEndingIsCountedAlwaysAndLoggedOnceAMinuteAClient() throws {
        let uses = SecretUses(registry, log.logger())
        let start = Deadline.now()
        let exchange = Exchange(.get, "/fhir/Patient", arrived: start)
        func lines() -> [String?] {
            log.lines("the previous value of a secret was used").map { $0.fields["client"] }
        }
        for _ in 1...3 { uses.note(try use("basic", .previous), of: exchange) }
        #expect(lines() == ["basic"])
        uses.note(try use("other", .previous), of: exchange)
        #expect(lines() == ["basic", "other"])
        let later = Exchange(.get, "/fhir/Patient", arrived: start.advanced(by: Patience(.seconds(61))))
        uses.note(try use("basic", .previous), of: later)
        #expect(lines() == ["basic", "other", "basic"])
        #expect(metrics().contains(#"keyward_overlap_uses_total{secret="s"} 5"#))
        #expect(metrics().contains(#"keyward_resolves_total{result="previous"} 5"#))
    }

    @Test func theValueInForceIsCountedAndNotLogged() throws {
        let uses = SecretUses(registry, log.logger())
        uses.note(try use("basic", .current), of: Exchange(.get, "/fhir/Patient"))
        #expect(log.lines("the previous value of a secret was used").isEmpty)
        #expect(metrics().contains(#"keyward_resolves_total{result="current"} 1"#))
        #expect(!metrics().contains { $0.hasPrefix("keyward_overlap_uses_total{") })
    }

    @Test func onlyDenialsOfASecretAreResolves() {
        let uses = SecretUses(registry, log.logger())
        uses.note(Denial.noCredentials)
        #expect(!metrics().contains { $0.hasPrefix("keyward_resolves_total{") })
    }
}
