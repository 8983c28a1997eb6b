internal import Telemetry
internal import Transport
internal import Vault

extension VaultWatch {
    /// What holds now, read whenever the metrics are.
    nonisolated func publish(
        in registry: MetricRegistry, now: @escaping @Sendable () -> Deadline = Deadline.now
    ) {
        registry.gauge("keyward_vault_config_age_seconds", help: "Since the vault config in force came into force.") {
            Int64(clamping: self.standing.configAge(at: now()))
        }
        registry.gauges(
            "keyward_vault_config_faults", help: "What is wrong with the file of the vault config now.", label: "code"
        ) {
            let faults = self.standing.faults
            return VaultConfigFault.Code.allCases.map { code in
                (code.rawValue, Int64(faults.count { $0.code == code }))
            }
        }
        registry.gauges("keyward_secrets", help: "Secrets of the vault config by state.", label: "state") {
            let secrets = self.standing.secrets
            return SecretStatus.State.allCases.map { state in
                (state.rawValue, Int64(secrets.count { $0.state == state }))
            }
        }
        registry.gauges(
            "keyward_secret_age_seconds", help: "Since each secret's value last changed, as far as its file tells.",
            label: "secret"
        ) {
            self.standing.secrets.compactMap { status in
                status.age.map { (status.name.text, $0.components.seconds) }
            }
        }
    }
}
