internal import FHIR
internal import Storage
internal import Vault

/// One thing that `keyward check` found. It never holds a value.
package struct Finding: Sendable, Equatable {
    package enum Severity: String, Sendable {
        case error, warning
    }

    /// Stable, for machines.
    package let code: String
    package let severity: Severity
    package let what: String
    package let place: String
    package let remedy: String

    init(_ code: String, _ what: String, at place: String, remedy: String, severity: Severity = .error) {
        self.code = code
        self.severity = severity
        self.what = what
        self.place = place
        self.remedy = remedy
    }
}

/// Looks at vault config, secret files and store together, from the settings of a server: opens nothing to the network,
/// takes no lock, creates nothing.
package struct Inspection: Sendable {
    private let settings: Settings

    package init(_ settings: Settings) {
        self.settings = settings
    }

    package func findings() async -> [Finding] {
        var findings = Self.lookAtAuditLog(settings.auditLog)
        var config = VaultConfig.none
        if let path = settings.vaultConfig {
            do throws(VaultConfigFaults) {
                config = try VaultConfigFile(path, files: PosixFiles()).load()
            } catch {
                // Without a config every reference would be reported as unknown: the one cause is enough.
                findings += error.faults.map { fault in
                    Finding(
                        fault.code.rawValue, fault.what, at: fault.place == path ? path : "\(path): \(fault.place)",
                        remedy: fault.remedy)
                }
                return findings + lookAtStore { _, _ in [] }
            }
        }
        let vault = SecretResolver(config: config, files: PosixFiles()) { try? await Task.sleep(for: $0) }
        for status in await vault.inspect() {
            if let error = status.error { findings.append(Finding(error, at: status.path)) }
        }
        if let name = settings.rootSecret, let obstacle = vault.obstacle(to: SecretName(name), for: .root) {
            findings.append(Finding(obstacle, at: "the setting root-secret"))
        }
        return findings
            + lookAtStore { key, references in
                references.compactMap { reference in
                    vault.obstacle(to: SecretName(reference.name), for: Requester(key, reference)).map {
                        Finding($0, at: "\(key.text), field \(reference.field)")
                    }
                }
            }
    }

    private func lookAtStore(_ judge: (ResourceKey, [SecretReference]) -> [Finding]) -> [Finding] {
        guard case .folder(let folder) = settings.store else { return [] }
        var findings: [Finding] = []
        do throws(StorageError) {
            var referrers: [StoredVersion] = []
            let report = try JournalStore.verify(folder, readOnly: true) { stored in
                if stored.key.type.kind == .system { referrers.append(stored) }
            }
            findings += report.findings.map { flaw in
                Finding(
                    "store-damaged", flaw.reason, at: "\(flaw.file), line \(flaw.line)",
                    remedy: "see all of it with `keyward store verify --store \(folder)`, then restore a copy")
            }
            if report.tornTail > 0 {
                findings.append(
                    Finding(
                        "store-torn-tail", "\(report.tornTail) bytes of a write that was never acknowledged",
                        at: report.file, remedy: "nothing to do: it is a running write, or the next start cuts it",
                        severity: .warning))
            }
            findings += referrers.sorted { $0.key.text < $1.key.text }
                .flatMap { judge($0.key, ClientDirectory.references(in: $0) ?? []) }
        } catch .missing {
            return []
        } catch {
            findings.append(
                Finding(
                    "store-unreadable", "\(error)", at: folder, remedy: "mend that, or name another place by --store"))
        }
        return findings
    }
}

extension Finding {
    /// A secret or a reference that cannot be used.
    fileprivate init(_ error: VaultError, at place: String) {
        self.init(error.code, error.what, at: place, remedy: error.remedy)
    }
}
