import Access
import FHIR
import HTTP
import Telemetry
import Testing

@testable import Server

@Suite struct DenialsTests {
    private let log = LogBook()
    private let registry = MetricRegistry()

    private var counts: [Substring] {
        String(decoding: registry.render(), as: UTF8.self).split(separator: "\n").filter {
            $0.hasPrefix("keyward_denials_total{")
        }
    }

    @Test func everyReasonHasItsCountFromTheStart() {
        _ = Denials(registry, log.logger())
        #expect(counts.count == DenialReason.allCases.count + 1)
        for reason in DenialReason.allCases.map(\.rawValue) + ["forbidden"] {
            #expect(counts.contains("keyward_denials_total{reason=\"\(reason)\"} 0"))
        }
    }

    @Test func aChallengeCountsAndLogsOnce() throws {
        let denials = Denials(registry, log.logger())
        let response = denials.challenge(Exchange(.get, "/fhir/Patient?a=b"), .ambiguous)
        #expect(response.status == .unauthorized)
        #expect(counts.contains("keyward_denials_total{reason=\"malformed-credentials\"} 1"))
        let line = try #require(log.lines.first)
        #expect(
            line.fields == [
                "reason": "malformed-credentials", "detail": Denial.ambiguous.detail.description, "request_id": "r-1",
                "method": "GET", "route": "none", "peer": "127.0.0.1:50000",
            ])
        #expect(log.lines.count == 1)
    }

    @Test func whoIsForbiddenIsNamedWhereItIsAClient() throws {
        let denials = Denials(registry, log.logger())
        let exchange = Exchange(.get, "/fhir/Client")
        denials.note(exchange, Forbidden(principal: .tutorial, diagnostics: "because"))
        denials.note(exchange, Forbidden(principal: .client(try key("Client/basic").id), diagnostics: "because"))
        #expect(log.lines.map { $0.fields["client"] } == [nil, "basic"])
        #expect(log.lines.allSatisfy { $0.fields["detail"] == "because" })
        #expect(counts.contains("keyward_denials_total{reason=\"forbidden\"} 2"))
    }
}
