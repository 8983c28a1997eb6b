internal import Logging
internal import Telemetry
internal import Vault

/// What happens in the vault without a request: one log line and one count each; what changes is in the audit log too,
/// where there is one.
struct VaultEvents: Sendable {
    private let rotations: Counter
    private let reloads: MetricFamily<Counter>
    private let logger: Logger
    private let audit: Audit?

    init(_ registry: MetricRegistry, _ logger: Logger, audit: Audit? = nil) {
        self.audit = audit
        rotations = registry.counters(
            "keyward_rotations_total", help: "Secrets whose file came to hold another value.", labels: []
        ).series()
        reloads = registry.counters(
            "keyward_vault_config_reloads_total",
            help: "Vault configs read while running: applied, or refused with the last good one left in force.",
            labels: ["result"])
        for result in ["applied", "refused"] { reloads.series(result) }
        self.logger = logger
    }

    func rotated(_ rotation: SecretRotation) {
        rotations.add()
        audit?.rotated(rotation)
        var fields: Logger.Metadata = ["secret": "\(rotation.name)", "changed": "\(rotation.changed.wallTime.rfc3339)"]
        if let overlap = rotation.overlap {
            fields["previous_counts_until"] = "\((rotation.changed.wallTime + overlap).rfc3339)"
        }
        logger.notice("secret rotated", metadata: fields)
    }

    func adopted(_ difference: VaultConfigDifference) {
        reloads.series("applied").add()
        audit?.configChanged(difference)
        var fields: Logger.Metadata = [:]
        for (key, names) in difference.lists where !names.isEmpty {
            fields[key] = .array(names.map { "\($0)" })
        }
        if difference.movesRoots { fields["roots"] = "changed" }
        logger.notice("vault config reloaded", metadata: fields)
    }

    /// One line a fault, since each wants a remedy of its own.
    func refused(_ faults: [VaultConfigFault], configAge seconds: UInt64) {
        reloads.series("refused").add()
        audit?.configRefused(faults)
        for fault in faults {
            logger.error(
                "vault config refused; the last good one stays in force",
                metadata: [
                    "reason": "\(fault.code.rawValue)", "place": "\(fault.place)", "detail": "\(fault.what)",
                    "remedy": "\(fault.remedy)", "in_force_seconds": .stringConvertible(seconds),
                ])
        }
    }

    func restored() {
        audit?.configRestored()
        logger.notice("the vault config in force is the one in the file again")
    }

    func broke(_ status: SecretStatus, _ error: VaultError) {
        logger.warning(
            "a secret cannot be used",
            metadata: [
                "secret": "\(status.name)", "state": "\(status.state.rawValue)", "reason": "\(error.code)",
                "detail": "\(error)",
            ])
    }

    func mended(_ status: SecretStatus) {
        logger.info("a secret can be used again", metadata: ["secret": "\(status.name)"])
    }
}

extension VaultConfigDifference {
    /// Under the names that log and audit log give them.
    var lists: KeyValuePairs<String, [SecretName]> {
        ["added": added, "removed": removed, "rescoped": rescoped, "repathed": repathed, "retimed": retimed]
    }
}

extension FileTime {
    fileprivate var wallTime: WallTime { .seconds(seconds) + .nanoseconds(nanoseconds) }
}

extension VaultConfigFault {
    /// A server whose root cannot log in would not start either.
    init(shutsRootOut obstacle: VaultError) {
        self.init(.rootSecret, at: "the setting root-secret", what: obstacle.what, remedy: obstacle.remedy)
    }
}
