internal import JSON
internal import Synchronization

/// Judges presented passwords by named secrets, in scope, from files.
///
/// A request whose first byte is sent after a file has changed is judged by the new value: every call looks at the file
/// (`stat`, through all links), and a value is used again only while the file's whole identity is the same. There is no
/// time to live, no watcher, and no last good value. `docs/vault.md` has the argument and its limits.
///
/// Safe from any thread. No lock is held while the disk is asked. Where the file is unchanged a call never suspends and
/// allocates nothing.
package final class SecretResolver: Sendable, CustomReflectable {
    /// What to wait before each further look at a path that moved under the reader, 26 ms in all. In a swap the way to
    /// a file is gone for microseconds.
    private static let pauses: [Duration] = [.zero, .milliseconds(1), .milliseconds(5), .milliseconds(20)]

    private let cells: [SecretName: SecretCell]
    /// In the order of the config.
    private let names: [SecretName]
    private let decoy: FilePath
    private let files: any FileSystem
    private let reader: SecretReader
    private let sleep: @Sendable (Duration) async -> Void
    private let decoyLooked = Atomic<UInt64>(0)

    /// - Parameter sleep: suspends without blocking the thread.
    package init(
        config: VaultConfig, files: any FileSystem, sleep: @escaping @Sendable (Duration) async -> Void
    ) {
        let secrets = config.secrets
        let folder = FilePath(config.folder)
        var cells: [SecretName: SecretCell] = [:]
        for (index, secret) in secrets.enumerated() {
            let next = secrets[(index + 1) % secrets.count]
            let decoy = next.path.isByteForByte(secret.path) ? folder : FilePath(next.path)
            cells[secret.name] = SecretCell(secret, decoy: decoy)
        }
        self.cells = cells
        names = secrets.map(\.name)
        decoy = secrets.first.map { FilePath($0.path) } ?? folder
        self.files = files
        reader = SecretReader(files: files, roots: config.roots?.map { FilePath($0) })
        self.sleep = sleep
    }

    /// Whether `presented` is the value of the secret `name` at this moment, for a requester in its scope.
    ///
    /// A look that began after `arrival`, by when the request was there, saw the file as it was then or later: it is
    /// not stale for this request and serves it too. Without one the file is looked at.
    ///
    /// A name that is unknown and a scope that does not admit end here and open no file; a look at another path keeps
    /// the time alike.
    package func admits(
        _ presented: borrowing SecretBytes, as name: SecretName, for requester: Requester,
        since arrival: Moment = .latest
    ) async throws(VaultError) -> Bool {
        guard let cell = cells[name] else {
            decoyLook(presented, since: arrival)
            throw .unknownSecret(name)
        }
        guard cell.admits(requester) else {
            look(presented, insteadAt: cell.decoy, since: arrival)
            throw .outOfScope(name, requester)
        }
        do throws(SecretFault) {
            return try await value(of: cell, since: arrival).bytes.matches(presented)
        } catch {
            _ = presented.matches(presented)
            throw .faulty(name, path: cell.path.text, error)
        }
    }

    /// The work of `admits` for a request that names no secret at all (an unknown client, a client without the grant).
    package func decoyLook(_ presented: borrowing SecretBytes, since arrival: Moment = .latest) {
        look(presented, insteadAt: decoy, since: arrival)
    }

    /// What stands between `requester` and the secret `name` before any file is looked at; `nil` where nothing does.
    package func obstacle(to name: SecretName, for requester: Requester) -> VaultError? {
        guard let cell = cells[name] else { return .unknownSecret(name) }
        return cell.admits(requester) ? nil : .outOfScope(name, requester)
    }

    /// How each secret of the config stands, in its order, by the same look that a request takes.
    package func inspect() async -> [SecretStatus] {
        var statuses: [SecretStatus] = []
        for name in names {
            if let status = await inspect(name) { statuses.append(status) }
        }
        return statuses
    }

    /// How the secret `name` stands; `nil` where the config has none of that name.
    package func inspect(_ name: SecretName) async -> SecretStatus? {
        guard let cell = cells[name] else { return nil }
        do throws(SecretFault) {
            _ = try await value(of: cell, since: .latest)
            return SecretStatus(name: name, path: cell.path.text, fault: nil)
        } catch {
            return SecretStatus(name: name, path: cell.path.text, fault: error)
        }
    }

    package var customMirror: Mirror { Mirror(self, children: ["secrets": names]) }

    /// Spares itself the look where the one it stands in for would have been spared.
    private func look(_ presented: borrowing SecretBytes, insteadAt path: FilePath, since arrival: Moment) {
        if decoyLooked.load(ordering: .relaxed) < arrival.nanoseconds {
            decoyLooked.store(Moment.now().nanoseconds, ordering: .relaxed)
            _ = try? files.identity(of: path)
        }
        _ = presented.matches(presented)
    }

    /// The value now, in at most five looks while the path is moving, or in one while it is known to be missing.
    private func value(of cell: SecretCell, since arrival: Moment) async throws(SecretFault) -> HeldSecret {
        if let outcome = cell.kept(since: arrival) { return try outcome.value }
        switch reader.look(at: cell) {
        case .seen(let outcome): return try outcome.value
        case .moving(.missing) where cell.isKnownMissing: throw .missing
        case .moving(var fault):
            let generation = cell.generation
            for pause in Self.pauses {
                await sleep(pause)
                switch reader.look(at: cell) {
                case .seen(let outcome): return try outcome.value
                case .moving(let latest): fault = latest
                }
            }
            if fault == .missing { cell.keepMissing(since: generation) }
            throw fault
        }
    }
}

extension SecretCell.Outcome {
    fileprivate var value: HeldSecret {
        get throws(SecretFault) {
            switch self {
            case .value(let held): return held
            case .fault(let fault): throw fault
            }
        }
    }
}
