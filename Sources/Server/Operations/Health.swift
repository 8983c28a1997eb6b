internal import FHIR
internal import HTTP
internal import Storage
internal import Transport
internal import Vault

/// `/health` in the form of `application/health+json`: fails when the store cannot write, warns while a secret that a
/// system resource refers to cannot be used. It names nothing; the log and `keyward check` do.
actor Health {
    /// How old an answer may get.
    static let maximumAge = Patience(.milliseconds(900))

    private let store: any ResourceStore
    private let directory: ClientDirectory
    private let vault: SecretResolver
    private let watch: VaultWatch
    private let rootSecret: SecretName?
    private let audit: Audit?
    private let tls: TLSCredentials?
    private let version: String
    private let now: @Sendable () -> Deadline
    private var last: (report: HealthReport, until: Deadline)?
    private var underWay: Task<HealthReport, Never>?

    /// - Parameter rootSecret: a reference that counts as a Client's does.
    init(
        store: any ResourceStore, directory: ClientDirectory, vault: SecretResolver, watch: VaultWatch,
        rootSecret: SecretName?, audit: Audit? = nil, tls: TLSCredentials? = nil, version: String,
        now: @escaping @Sendable () -> Deadline = Deadline.now
    ) {
        self.store = store
        self.directory = directory
        self.vault = vault
        self.watch = watch
        self.rootSecret = rootSecret
        self.audit = audit
        self.tls = tls
        self.version = version
        self.now = now
    }

    func respond() async -> Response {
        await report().response(version)
    }

    /// The last look, or a new one. Whoever asks while one is under way waits for it.
    private func report() async -> HealthReport {
        // The age is that of the look's beginning: what it saw first is the oldest.
        let begun = now()
        if let last, begun < last.until { return last.report }
        if let underWay { return await underWay.value }
        // Detached, since it walks all system resources: on an event loop it would hold up the connections there.
        let look = Task.detached { [self] in
            HealthReport(
                store: await lookAtStore(), vault: await lookAtVault(),
                tlsFaults: tls?.faultCodes(at: wallClock().milliseconds / 1_000),
                auditIsWritable: await audit?.isWritable())
        }
        underWay = look
        let report = await look.value
        underWay = nil
        last = (report, begun.advanced(by: Self.maximumAge))
        return report
    }

    private nonisolated func lookAtStore() async -> HealthReport.Store {
        await store.probe()
        guard case .refusing(let reason) = store.condition else { return HealthReport.Store(refusal: nil) }
        return HealthReport.Store(refusal: reason)
    }

    /// Every reference, root's and those of every system resource: is the secret known, in scope, and its file one?
    private nonisolated func lookAtVault() async -> HealthReport.Vault {
        let secrets = await vault.inspect()
        let faulty = Set(secrets.filter { $0.fault != nil }.map(\.name))
        var all = 0
        var usable = 0
        func count(_ name: SecretName, for requester: Requester) {
            all += 1
            if vault.obstacle(to: name, for: requester) == nil, !faulty.contains(name) { usable += 1 }
        }
        if let rootSecret { count(rootSecret, for: .root) }
        directory.forEachReferrer { key, references in
            for reference in references { count(SecretName(reference.name), for: Requester(key, reference)) }
        }
        let standing = watch.standing
        return HealthReport.Vault(
            references: all, usable: usable, secrets: secrets.map(\.state), configFaults: standing.faults.map(\.code),
            configAge: standing.configAge(at: now()))
    }
}
