internal import Access
internal import FHIR
internal import Logging
internal import Synchronization
internal import Telemetry
internal import Transport
internal import Vault

/// Counts what the vault said to each password, and notes who still uses a value that is about to end.
final class SecretUses: Sendable {
    /// A client's use of a previous value is logged once in this time.
    static let noticeInterval = Patience(.seconds(60))
    /// Clients that are remembered for that; beyond it all are forgotten, and noted once more.
    static let capacity = 10_000

    private let current: Counter
    private let previous: Counter
    private let denials: [DenialReason: Counter]
    private let overlaps: MetricFamily<Counter>
    private let logger: Logger
    private let now: @Sendable () -> Deadline
    private let noted = Mutex<[SecretUse: Deadline]>([:])

    init(_ registry: MetricRegistry, _ logger: Logger, now: @escaping @Sendable () -> Deadline = Deadline.now) {
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
        self.now = now
    }

    func note(_ denial: Denial) {
        denials[denial.reason]?.add()
    }

    func note(_ use: SecretUse, of exchange: Exchange) {
        guard use.value == .previous else { return current.add() }
        previous.add()
        overlaps.series(use.secret.text).add()
        let now = now()
        let isDue = noted.withLock { noted in
            if let until = noted[use], now < until { return false }
            if noted.count >= Self.capacity { noted.removeAll() }
            noted[use] = now.advanced(by: Self.noticeInterval)
            return true
        }
        guard isDue else { return }
        logger.notice(
            "the previous value of a secret was used",
            metadata: exchange.logFields(["client": "\(use.client.text)", "secret": "\(use.secret)"]))
    }
}
