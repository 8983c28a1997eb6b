internal import Access
internal import FHIR
internal import HTTP
internal import Logging
internal import Storage
internal import Telemetry
internal import Transport
internal import Vault

/// Writes audit events of requests and of the server itself into the audit log. There is one only where an audit log is
/// set.
///
/// What a request came to is written before its response; a change before it is made. A request whose event cannot be
/// written is refused (503). No event holds a password, content, or a user name that is no well-formed id.
final class Audit: Sendable {
    private let log: AuditLog
    private let server: AuditEvent.Server
    private let now: @Sendable () -> Instant
    private let uses = RecentUses()

    /// Opens the log.
    /// - Parameter server: how events name this server.
    init(
        _ target: any AuditTarget, server: AuditEvent.Server, registry: MetricRegistry, logger: Logger,
        now: @escaping @Sendable () -> Instant = wallClock
    ) throws(AuditFault) {
        let notices = AuditNotices(registry, logger)
        log = try AuditLog(
            target, now: { .milliseconds(now().milliseconds) },
            gapLine: { AuditEvent.gap($0, at: now(), on: server).line }, notice: { notices.note($0) })
        self.server = server
        self.now = now
    }

    // MARK: requests

    /// Records the errors that are to be: denials of the vault and others, and what is forbidden. Returns what the
    /// response is to be instead, if the event cannot be written.
    func refusal(noting error: any Error, of exchange: Exchange) async -> Refusal? {
        let event: AuditEvent
        switch error {
        case let error as Denial: event = self.event(error, exchange)
        case let error as Forbidden: event = self.event(error, exchange)
        case let error as UnusableReference:
            event = change(error.resource, exchange, .minorFailure, "\(error.obstacle)")
        default: return nil
        }
        do throws(Refusal) {
            try await write(event)
            return nil
        } catch {
            return error
        }
    }

    /// Records that a secret was used: at most once a minute for each client, secret, and which of its values it was.
    func used(_ use: SecretUse, by exchange: Exchange) async throws(Refusal) {
        let moment = exchange.request.arrived
        switch uses.state(of: use, at: moment) {
        case .known: return
        case .underWay: guard await uses.isWritten(use) else { throw .unaudited }
        case .due:
            var isWritten = false
            defer { uses.settle(use, at: moment, isWritten: isWritten) }
            try await write(event(use, exchange))
            isWritten = true
        }
    }

    /// Records that a resource is about to be changed.
    func changing(_ key: ResourceKey, by exchange: Exchange) async throws(Refusal) {
        try await write(change(key, exchange, .success, nil))
    }

    /// Records that a change which was recorded was not made. The line comes in any case, later if not now.
    func failed(changing key: ResourceKey, by exchange: Exchange, _ error: StorageError) async throws(Refusal) {
        let outcome: AuditEvent.Outcome = if case .preconditionFailed = error { .minorFailure } else { .seriousFailure }
        let event = change(key, exchange, outcome, error.forClients)
        do throws(Refusal) {
            try await write(event)
        } catch {
            log.post(event.line)
            throw error
        }
    }

    // MARK: the server itself

    /// Records that the init bundle is about to change these resources: all of them, or none where that cannot be.
    func applying(_ keys: [ResourceKey]) async throws(AuditFault) {
        try await log.write(
            all: keys.map { atStart($0, .success, "by the init bundle, before the server listens").line })
    }

    /// Records that changes of the init bundle which were recorded were not made, if that can be.
    func failed(applying keys: [ResourceKey], _ error: StorageError) async {
        try? await log.write(all: keys.map { atStart($0, .seriousFailure, error.forClients).line })
    }

    private func atStart(_ key: ResourceKey, _ outcome: AuditEvent.Outcome, _ explanation: String) -> AuditEvent {
        AuditEvent(byItself: .update, at: now(), outcome, because: explanation, on: server, resource: .resource(key))
    }

    /// A secret has another value than before.
    func rotated(_ rotation: SecretRotation) {
        let changed = Instant(rotation.changed)
        var details = [("changed", changed.text)]
        if let overlap = rotation.overlap {
            let end = Instant(milliseconds: changed.milliseconds + overlap.components.seconds * 1_000)
            details.append(("previous_counts_until", end.text))
        }
        post(.secretRotated, entities: [.secret(rotation.name.text, details)])
    }

    /// Another vault config is in force.
    func configChanged(_ difference: VaultConfigDifference) {
        var details = difference.lists.flatMap { kind, names in names.map { (kind, $0.text) } }
        if difference.movesRoots { details.append(("roots", "changed")) }
        post(.vaultConfigChanged, entities: [.object("vault config", details)])
    }

    /// A vault config was found that cannot be used; the one before stays in force.
    func configRefused(_ faults: [VaultConfigFault]) {
        post(
            .vaultConfigRefused, .seriousFailure,
            because: "the vault config cannot be used; the one before stays in force",
            entities: [.object("vault config", faults.map { ($0.code.rawValue, "\($0)") })])
    }

    /// The file of the vault config is again as the config in force.
    func configRestored() { post(.vaultConfigRestored, entities: [.object("vault config")]) }

    // MARK: the log

    /// Tries to write what waits, and says whether lines are written now.
    func isWritable() async -> Bool { await log.probe() == nil }

    /// Opens the file anew, once it was moved away.
    func reopen() async throws(AuditFault) { try await log.reopen() }

    /// Writes what waits, and takes no more.
    func close() async { await log.close() }

    private func write(_ event: AuditEvent) async throws(Refusal) {
        do throws(AuditFault) {
            try await log.write(event.line)
        } catch {
            throw .unaudited
        }
    }

    private func post(
        _ code: AuditCode, _ outcome: AuditEvent.Outcome = .success, because explanation: String? = nil,
        entities: [AuditEvent.Entity]
    ) {
        let event = AuditEvent(
            alert: .securityConfiguration, code, at: now(), outcome, because: explanation, on: server,
            entities: entities)
        log.post(event.line)
    }
}

// MARK: events of requests

extension Audit {
    private func event(_ denial: Denial, _ exchange: Exchange) -> AuditEvent {
        AuditEvent(
            login: .own(denial.reason.rawValue), at: now(),
            denial.reason.isOfTheVault ? .seriousFailure : .minorFailure,
            because: denial.detail.description, by: exchange.requestor(denial.client.map { .client($0) }), on: server,
            request: "\(exchange.id)", secret: denial.secret.map { .secret($0.text) })
    }

    private func event(_ error: Forbidden, _ exchange: Exchange) -> AuditEvent {
        AuditEvent(
            exchange.interaction, at: now(), .minorFailure, because: error.diagnostics,
            by: exchange.requestor(error.principal), on: server, request: "\(exchange.id)", resource: exchange.resource)
    }

    private func event(_ use: SecretUse, _ exchange: Exchange) -> AuditEvent {
        AuditEvent(
            login: .secretUsed, at: now(), .success, because: nil, by: exchange.requestor(exchange.principal),
            on: server, request: "\(exchange.id)", secret: .secret(use.secret.text, [("value", use.value.rawValue)]))
    }

    private func change(
        _ key: ResourceKey, _ exchange: Exchange, _ outcome: AuditEvent.Outcome, _ explanation: String?
    ) -> AuditEvent {
        AuditEvent(
            exchange.interaction, at: now(), outcome, because: explanation, by: exchange.requestor(exchange.principal),
            on: server, request: "\(exchange.id)", resource: .resource(key))
    }
}

extension Refusal {
    /// The audit log takes no lines, and this request would have to leave one.
    static let unaudited = Refusal(
        .serviceUnavailable, .transient,
        "The server cannot write its audit log, and nothing was done. The server's log has the reason; retry later.")
}
