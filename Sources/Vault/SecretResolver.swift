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

    private let shelf: Mutex<SecretShelf>
    private let files: any FileSystem
    private let reader: SecretReader
    private let clock: @Sendable () -> Moment
    private let sleep: @Sendable (Duration) async -> Void
    private let report: @Sendable (SecretRotation) -> Void
    private let decoyLooked = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - sleep: suspends without blocking the thread.
    ///   - rotated: hears of every rotation once, from the look that finds it.
    package init(
        config: VaultConfig, files: any FileSystem, clock: @escaping @Sendable () -> Moment = Moment.now,
        sleep: @escaping @Sendable (Duration) async -> Void,
        rotated: @escaping @Sendable (SecretRotation) -> Void = { _ in }
    ) {
        shelf = Mutex(SecretShelf(config))
        self.files = files
        reader = SecretReader(files: files, clock: clock)
        self.clock = clock
        self.sleep = sleep
        report = rotated
    }

    /// Takes another config from now on; to be called by one owner. A request that is being judged is judged to its end
    /// by the config it began with.
    package func adopt(_ config: VaultConfig) {
        let new = SecretShelf(config, keeping: shelf.withLock { $0 })
        shelf.withLock { $0 = new }
    }

    /// Whether `presented` is a value that counts at this moment of the secret that is claimed, for a requester in its
    /// scope. The question stays open where that takes time: while a path is moving.
    ///
    /// A look that began after `arrival`, by when the request was there, saw the file as it was then or later: it is
    /// not stale for this request and serves it too. Without one the file is looked at.
    ///
    /// A name that is unknown and a scope that does not admit end here and open no file; a look at another path keeps
    /// the time alike.
    package func judge(
        _ presented: borrowing SecretBytes, by claim: SecretClaim, since arrival: Moment
    ) throws(VaultError) -> SecretJudgement {
        let shelf = shelf.withLock { $0 }
        let secret: NamedSecret
        switch claim.verdict(of: shelf) {
        case .admitted(let place):
            secret = shelf.secrets[place]
        case .outOfScope(let place):
            look(presented, insteadAt: shelf.secrets[place].decoy, of: shelf, since: arrival)
            throw .outOfScope(claim.name, claim.requester)
        case .unknown:
            look(presented, insteadAt: shelf.decoy, of: shelf, since: arrival)
            throw .unknownSecret(claim.name)
        }
        do throws(SecretFault) {
            if let current = try valueAtOnce(of: secret, of: shelf, since: arrival),
                let verdict = compare(presented, with: current, of: secret, of: shelf)
            {
                return .settled(verdict)
            }
            return .open(SecretQuestion(secret: secret, shelf: shelf))
        } catch {
            throw fault(error, of: secret, of: shelf, spendingTimeOn: presented)
        }
    }

    /// Goes on where `judge` left a question open, and waits for its end.
    package func settle(
        _ question: SecretQuestion, about presented: borrowing SecretBytes
    ) async throws(VaultError) -> SecretVerdict {
        let (secret, shelf) = (question.secret, question.shelf)
        do throws(SecretFault) {
            var current = try await valueInTime(of: secret, of: shelf)
            for pause in Self.pauses {
                if let verdict = compare(presented, with: current, of: secret, of: shelf) { return verdict }
                await sleep(pause)
                current = try await value(of: secret, of: shelf)
            }
            guard let verdict = compare(presented, with: current, of: secret, of: shelf) else { throw .unstable }
            return verdict
        } catch {
            throw fault(error, of: secret, of: shelf, spendingTimeOn: presented)
        }
    }

    private func fault(
        _ fault: SecretFault, of secret: NamedSecret, of shelf: SecretShelf,
        spendingTimeOn presented: borrowing SecretBytes
    ) -> VaultError {
        _ = presented.matches(presented)
        if shelf.hasPrevious { lookAgain(presented, insteadAt: secret.decoy) }
        return .faulty(secret.name, path: secret.file.path.text, fault)
    }

    /// The work of `judge` for a request that names no secret at all (an unknown client, a client without the grant).
    package func decoyLook(_ presented: borrowing SecretBytes, since arrival: Moment = .latest) {
        let shelf = shelf.withLock { $0 }
        look(presented, insteadAt: shelf.decoy, of: shelf, since: arrival)
    }

    /// What stands between `requester` and the secret `name` before any file is looked at; `nil` where nothing does.
    package func obstacle(to name: SecretName, for requester: Requester) -> VaultError? {
        guard let secret = shelf.withLock({ $0 })[name] else { return .unknownSecret(name) }
        return secret.admits(requester) ? nil : .outOfScope(name, requester)
    }

    /// How each secret of the config stands, in its order, by the same look that a request takes.
    package func inspect() async -> [SecretStatus] {
        let shelf = shelf.withLock { $0 }
        // All at once, since each that is missing for the first time waits out its pauses.
        return await withTaskGroup(of: (Int, SecretStatus).self) { group in
            for (index, secret) in shelf.secrets.enumerated() {
                group.addTask { (index, await self.inspect(secret, of: shelf)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    package var customMirror: Mirror { Mirror(self, children: ["secrets": shelf.withLock { $0 }.secrets.map(\.name)]) }

    /// Faults that no identity shows are looked at anew.
    private func inspect(_ secret: NamedSecret, of shelf: SecretShelf) async -> SecretStatus {
        var fault: SecretFault?
        do throws(SecretFault) {
            _ = try await value(of: secret, of: shelf, mayHaveMended: true)
        } catch {
            fault = error
        }
        let previous = secret.previous.map { previous in
            let sight = reader.look(at: previous.file, roots: shelf.roots, mayHaveMended: true)
            return SecretStatus.Previous(path: previous.file.path.text, fault: sight.fault)
        }
        return SecretStatus(
            name: secret.name, path: secret.file.path.text, fault: fault,
            age: secret.file.content?.age(at: clock()), previous: previous)
    }

    /// Spares itself the look where the one it stands in for would have been spared.
    private func look(
        _ presented: borrowing SecretBytes, insteadAt path: FilePath, of shelf: SecretShelf, since arrival: Moment
    ) {
        if decoyLooked.load(ordering: .relaxed) < arrival.nanoseconds {
            decoyLooked.store(clock().nanoseconds, ordering: .relaxed)
            _ = try? files.identity(of: path)
        }
        _ = presented.matches(presented)
        if shelf.hasPrevious { lookAgain(presented, insteadAt: path) }
    }

    /// The work of `compare` where the password is not the current value.
    private func lookAgain(_ presented: borrowing SecretBytes, insteadAt path: FilePath) {
        _ = try? files.identity(of: path)
        _ = try? files.identity(of: path)
        _ = presented.matches(presented)
    }

    /// The value now, in at most five looks while the path is moving, or in one while it is known to be missing.
    private func value(
        of secret: NamedSecret, of shelf: SecretShelf, mayHaveMended: Bool = false
    ) async throws(SecretFault) -> HeldSecret {
        if let value = try valueAtOnce(of: secret, of: shelf, since: .latest, mayHaveMended: mayHaveMended) {
            return value
        }
        return try await valueInTime(of: secret, of: shelf, mayHaveMended: mayHaveMended)
    }

    /// The first look, spared where one since `arrival` is known; nothing while the path is moving.
    private func valueAtOnce(
        of secret: NamedSecret, of shelf: SecretShelf, since arrival: Moment, mayHaveMended: Bool = false
    ) throws(SecretFault) -> HeldSecret? {
        if let outcome = secret.file.kept(since: arrival) { return try outcome.value }
        switch try look(at: secret, of: shelf, mayHaveMended) {
        case .found(let value): return value
        case .moving(.missing) where secret.file.isKnownMissing: throw .missing
        case .moving: return nil
        }
    }

    /// The looks after the first one, which found the path moving.
    private func valueInTime(
        of secret: NamedSecret, of shelf: SecretShelf, mayHaveMended: Bool = false
    ) async throws(SecretFault) -> HeldSecret {
        let generation = secret.file.generation
        var fault = SecretFault.missing
        for pause in Self.pauses {
            await sleep(pause)
            switch try look(at: secret, of: shelf, mayHaveMended) {
            case .found(let value): return value
            case .moving(let latest): fault = latest
            }
        }
        if fault == .missing { secret.file.keepMissing(since: generation) }
        throw fault
    }

    private enum Found {
        case found(HeldSecret)
        case moving(SecretFault)
    }

    private func look(
        at secret: NamedSecret, of shelf: SecretShelf, _ mayHaveMended: Bool
    ) throws(SecretFault) -> Found {
        switch reader.look(at: secret.file, roots: shelf.roots, mayHaveMended: mayHaveMended) {
        case .seen(let outcome): return .found(try outcome.value)
        case .moving(let fault): return .moving(fault)
        case .changed(let held):
            if let changed = secret.file.content?.changed {
                report(SecretRotation(name: secret.name, changed: changed, overlap: secret.previous?.overlap))
            }
            return .found(held)
        }
    }

    /// Whether `presented` is `current`, or the value before it while that still counts.
    ///
    /// Both must be of one generation of the volume: the file at `path` is still the same one after the look at the
    /// previous file. Where it is not, a swap came between, and there is no verdict.
    private func compare(
        _ presented: borrowing SecretBytes, with current: HeldSecret, of secret: NamedSecret, of shelf: SecretShelf
    ) -> SecretVerdict? {
        if current.bytes.matches(presented) { return .admitted(.current) }
        guard shelf.hasPrevious else { return .wrong }
        guard let previous = secret.previous else {
            lookAgain(presented, insteadAt: secret.decoy)
            return .wrong
        }
        let sight = reader.look(at: previous.file, roots: shelf.roots)
        guard let identity = try? files.identity(of: secret.file.path), identity == current.identity,
            sight.fault != .unstable, let age = secret.file.age(of: current, at: clock())
        else { return nil }
        let matches = sight.held?.bytes.matches(presented) ?? !presented.matches(presented)
        return !matches ? .wrong : age < previous.overlap ? .admitted(.previous) : .expired
    }
}

extension SecretFile.Outcome {
    fileprivate var value: HeldSecret {
        get throws(SecretFault) {
            switch self {
            case .value(let held): return held
            case .fault(let fault): throw fault
            }
        }
    }
}

extension SecretReader.Sight {
    fileprivate var held: HeldSecret? {
        switch self {
        case .seen(.value(let held)), .changed(let held): held
        case .seen(.fault), .moving: nil
        }
    }

    fileprivate var fault: SecretFault? {
        switch self {
        case .seen(.fault(let fault)), .moving(let fault): fault
        case .seen(.value), .changed: nil
        }
    }
}
