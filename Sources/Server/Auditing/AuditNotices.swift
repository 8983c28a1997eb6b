internal import Logging
internal import Synchronization
internal import Telemetry
internal import Transport

/// Counts what becomes of audit lines, and logs when they are lost: once a second at most.
final class AuditNotices: Sendable {
    private static let pause = Patience(.seconds(1))

    private let events: Counter
    private let failures: Counter
    private let logger: Logger
    private let now: @Sendable () -> Deadline
    private let quietUntil = Mutex<Deadline?>(nil)

    init(_ registry: MetricRegistry, _ logger: Logger, now: @escaping @Sendable () -> Deadline = Deadline.now) {
        events = registry.counters("keyward_audit_events_total", help: "Events in the audit log.", labels: []).series()
        failures = registry.counters(
            "keyward_audit_failures_total", help: "Events that could not be written to the audit log.", labels: []
        ).series()
        self.logger = logger
        self.now = now
    }

    func note(_ notice: AuditNotice) {
        switch notice {
        case .written(let lines):
            events.add(UInt64(lines))
        case .refused(let lines, let fault):
            failures.add(UInt64(lines))
            log("the audit log cannot be written: requests that have to leave a line in it are refused", "\(fault)")
        case .dropped:
            failures.add()
            log("the audit log cannot be written: an event of the server itself is lost", "too many wait already")
        }
    }

    private func log(_ message: Logger.Message, _ detail: String) {
        let moment = now()
        let isQuiet = quietUntil.withLock { quietUntil in
            if let end = quietUntil, moment < end { return true }
            quietUntil = moment.advanced(by: Self.pause)
            return false
        }
        if isQuiet { return }
        logger.error(message, metadata: ["error": "\(detail)", "failures": .stringConvertible(failures.value)])
    }
}
