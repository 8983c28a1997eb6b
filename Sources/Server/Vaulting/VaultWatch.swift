internal import Logging
internal import Synchronization
internal import Transport
internal import Vault

/// Keeps an eye on the vault while the server runs: brings another config into force when its file changes, and finds
/// rotations and faults of secrets that no request has met yet. Requests do not depend on it: each looks for itself.
///
/// The log hears of every change once; `standing` has what holds now, for health and metrics.
actor VaultWatch {
    /// Between two looks at the config. A new one may have to wait for two of them, and counts within a second.
    static let pause = Duration.milliseconds(250)
    /// At every so many looks at the config, all secrets are looked at.
    static let looksPerInspection = 4

    struct Standing: Sendable {
        /// What is wrong with the file of the config; nothing while it holds the one in force.
        var faults: [VaultConfigFault] = []
        var inForceSince: Deadline
        /// How the secrets of the config in force stood at the last look.
        var secrets: [SecretStatus] = []

        func configAge(at now: Deadline) -> UInt64 { now.nanoseconds(since: inForceSince) / 1_000_000_000 }
    }

    private let vault: SecretResolver
    private var follower: VaultConfigFollower?
    private let events: VaultEvents
    private let clock: @Sendable () -> Deadline
    private let current: Mutex<Standing>
    /// What was wrong with each secret at the last look.
    private var faults: [SecretName: String] = [:]

    /// - Parameter follower: nothing where there is no vault config.
    init(
        _ vault: SecretResolver, follower: VaultConfigFollower?, events: VaultEvents,
        clock: @escaping @Sendable () -> Deadline = Deadline.now
    ) {
        self.vault = vault
        self.follower = follower
        self.events = events
        self.clock = clock
        current = Mutex(Standing(inForceSince: clock()))
    }

    nonisolated var standing: Standing { current.withLock { $0 } }

    /// Watches until the task is cancelled.
    func run() async {
        var looks = 0
        while !Task.isCancelled {
            followConfig()
            if looks % Self.looksPerInspection == 0 { await inspect() }
            looks += 1
            try? await Task.sleep(for: Self.pause)
        }
    }

    func followConfig() {
        guard let news = follower?.look() else { return }
        switch news {
        case .adopted(let config, let difference):
            vault.adopt(config)
            current.withLock { [clock] in $0.inForceSince = clock() }
            events.adopted(difference)
        case .refused(let faults):
            events.refused(faults, configAge: standing.configAge(at: clock()))
        case .restored:
            events.restored()
        }
        current.withLock { [follower] in $0.faults = follower?.faults ?? [] }
    }

    func inspect() async {
        let secrets = await vault.inspect()
        current.withLock { $0.secrets = secrets }
        var faults: [SecretName: String] = [:]
        for status in secrets {
            guard let error = status.error else { continue }
            faults[status.name] = error.code
            if self.faults[status.name] != error.code { events.broke(status, error) }
        }
        for status in secrets where status.fault == nil && self.faults[status.name] != nil { events.mended(status) }
        self.faults = faults
    }
}
