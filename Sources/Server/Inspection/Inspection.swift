internal import FHIR
internal import Vault

/// Looks at vault config, secret files, mounts, init bundle and store together, from the settings of a server: opens
/// nothing to the network, takes no lock, creates nothing. Where one cause would make many findings, it makes one.
package struct Inspection: Sendable {
    private let settings: Settings
    private let surroundings: Surroundings

    package init(_ settings: Settings, _ surroundings: Surroundings = Surroundings()) {
        self.settings = settings
        self.surroundings = surroundings
    }

    /// First what is wrong with the config, then with files, then with references, with the store, with TLS, last with
    /// the audit log.
    package func findings() async -> [Finding] {
        let tls = TLSExamination(settings.tls, files: surroundings.files, PathExamination(surroundings))
        return await vaultAndStoreFindings() + initBundleRights()
            + (tls?.findings(at: wallClock().milliseconds / 1_000) ?? [])
            + Self.lookAtAuditLog(settings.auditLog, surroundings.attributes)
    }

    private func vaultAndStoreFindings() async -> [Finding] {
        var store = StoreExamination(settings.store, surroundings.attributes)
        if let path = settings.initBundle {
            store.add(InitBundleExamination(path, nesting: settings.nesting, files: surroundings.files))
        }
        guard let path = settings.vaultConfig else { return findingsWithoutConfig(store) + store.findings }
        let paths = PathExamination(surroundings)
        var causes = Causes()
        noteConfigFile(path, paths, in: &causes)
        let config: VaultConfig
        do throws(VaultConfigFaults) {
            config = try VaultConfigFile(path, files: surroundings.files).load()
        } catch {
            // Without a config every reference would be reported as unknown: the one cause is enough.
            let faults = error.faults.map { fault in
                Finding(
                    FindingCode(fault.code), fault.what, at: fault.place == path ? path : "\(path): \(fault.place)",
                    remedy: fault.remedy)
            }
            return faults + causes.findings + store.findings
        }
        let used = Set(store.references.map { SecretName($0.reference.name) } + [rootSecret].compactMap(\.self))
        let examination = ConfigExamination(config: config, file: path)
        var findings = examination.findings(paths, used: store.isWhole ? used : nil)
        var files = FileExamination(config, files: surroundings.files, paths, causes)
        let vault = SecretResolver(config: config, files: surroundings.files) { try? await Task.sleep(for: $0) }
        files.examine(await vault.inspect())
        findings += files.causes.findings
        return findings + referenceFindings(store, vault) + store.findings
    }

    /// Whoever may change the init bundle may have any resource put.
    private func initBundleRights() -> [Finding] {
        guard let path = settings.initBundle.flatMap(absolute) else { return [] }
        let paths = PathExamination(surroundings)
        var causes = Causes()
        paths.noteRights(on: paths.way(to: path), of: "the init bundle", in: &causes)
        return causes.findings
    }

    private var rootSecret: SecretName? { settings.rootSecret.map { SecretName($0) } }

    private func findingsWithoutConfig(_ store: StoreExamination) -> [Finding] {
        var referrers = store.references.map(\.place)
        if rootSecret != nil { referrers.insert(Self.rootPlace, at: 0) }
        guard let first = referrers.first else { return [] }
        let others = referrers.count > 1 ? " and \(referrers.count - 1) more" : ""
        return [
            Finding(
                .noVaultConfig, "there is no vault config, but references to secrets: \(first)\(others)",
                at: "the setting vault-config", remedy: "name the vault config by --vault-config or its variable")
        ]
    }

    private static let rootPlace = "the setting root-secret"

    private func referenceFindings(_ store: StoreExamination, _ vault: SecretResolver) -> [Finding] {
        var findings: [Finding] = []
        if let rootSecret, let obstacle = vault.obstacle(to: rootSecret, for: .root) {
            findings.append(Finding(obstacle, at: Self.rootPlace))
        }
        return findings
            + store.references.compactMap { one in
                vault.obstacle(to: SecretName(one.reference.name), for: Requester(one.key, one.reference)).map {
                    Finding($0, at: one.place)
                }
            }
    }

    /// The config file is followed as the secret files are, and whoever may change it may name other files.
    private func noteConfigFile(_ path: String, _ paths: PathExamination, in causes: inout Causes) {
        guard let absolute = absolute(path) else { return }
        let way = paths.way(to: absolute)
        // A config that is not there, or no file, is a finding of its own.
        guard case .found = way.end else { return }
        let subject = "the vault config"
        paths.noteRights(on: way, of: subject, in: &causes)
        if let frozen = paths.frozenMount(on: way) {
            causes.add(
                frozen.reason == .deleted ? .staleConfig : .frozenConfig, frozen.what, at: frozen.place,
                remedy: frozen.remedy, of: subject)
        }
    }

    private func absolute(_ path: String) -> String? {
        if path.utf8.first == UInt8(ascii: "/") { return path }
        return (try? surroundings.files.realPath(of: FilePath("."))).map { "\($0)/\(path)" }
    }
}

extension StoreExamination.Reference {
    fileprivate var place: String { "\(key.text), field \(reference.field)" }
}
