internal import Access
internal import FHIR
internal import HTTP
internal import Logging
internal import Telemetry
internal import Vault

/// Counts what the vault said to each password, and notes who still uses a value that is about to end.
final class SecretUses: Sendable {
    private let current: Counter
    private let previous: Counter
    private let denials: [DenialReason: Counter]
    private let overlaps: MetricFamily<Counter>
    private let logger: Logger
    private let logged = RecentUses()

    init(_ registry: MetricRegistry, _ logger: Logger) {
        let resolves = registry.counters(
            "keyward_resolves_total",
            help: "Passwords judged by a secret: which value they were, or why they were none.", labels: ["result"])
        current = resolves.series(SecretValue.current.rawValue)
        previous = resolves.series(SecretValue.previous.rawValue)
        denials = Dictionary(
            uniqueKeysWithValues: DenialReason.ofSecrets.map { ($0, resolves.series($0.rawValue)) })
        overlaps = registry.counters(
            "keyward_overlap_uses_total", help: "Passwords that were the previous value, in its overlap.",
            labels: ["secret"])
        self.logger = logger
    }

    func note(_ denial: Denial) {
        denials[denial.reason]?.add()
    }

    func note(_ use: SecretUse, of exchange: Exchange) {
        guard use.value == .previous else { return current.add() }
        previous.add()
        overlaps.series(use.secret.text).add()
        let moment = exchange.request.arrived
        guard case .due = logged.state(of: use, at: moment) else { return }
        defer { logged.settle(use, at: moment, isWritten: true) }
        logger.notice(
            "the previous value of a secret was used",
            metadata: exchange.logFields(["client": "\(use.client.text)", "secret": "\(use.secret)"]))
    }
}
