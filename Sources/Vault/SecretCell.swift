internal import Synchronization

/// One secret of the config, and what its file last came to.
final class SecretCell: Sendable {
    enum Outcome: Sendable {
        case value(HeldSecret)
        case fault(SecretFault)
    }

    /// What was kept when; given back with the next result, so that a slow reader cannot undo what a faster one found.
    struct Generation: Equatable {
        fileprivate var number: UInt64 = 0
    }

    private struct State {
        var kept: Outcome?
        var identity: FileIdentity?
        /// When the last look began that found `kept` to be what the file holds.
        var looked = Moment.earliest
        /// The last request to look waited through all pauses and found no file.
        var isKnownMissing = false
        var generation = Generation()

        mutating func advance(
            from generation: Generation, to kept: Outcome?, of identity: FileIdentity?, looked: Moment, missing: Bool
        ) {
            guard self.generation == generation else { return }
            self.generation.number &+= 1
            self.kept = kept
            self.identity = identity
            self.looked = looked
            isKnownMissing = missing
        }
    }

    let name: SecretName
    let path: FilePath
    /// Looked at in place of `path` for a requester whom no scope admits.
    let decoy: FilePath
    private let scopes: [SecretScope]
    private let state = Mutex(State())

    init(_ secret: VaultConfig.Secret, decoy: FilePath) {
        name = secret.name
        path = FilePath(secret.path)
        scopes = secret.scopes
        self.decoy = decoy
    }

    func admits(_ requester: Requester) -> Bool {
        for scope in scopes where scope.admits(requester) { return true }
        return false
    }

    var isKnownMissing: Bool { state.withLock { $0.isKnownMissing } }

    /// What was kept, if a look that began at `moment` or later found it to be what the file holds.
    func kept(since moment: Moment) -> Outcome? {
        state.withLock { $0.looked >= moment ? $0.kept : nil }
    }

    /// What was kept for exactly this state of the file, which a look found that began at `moment`.
    func kept(for identity: FileIdentity, looked moment: Moment) -> Outcome? {
        state.withLock { state in
            guard state.identity == identity, let kept = state.kept else { return nil }
            state.looked = max(state.looked, moment)
            return kept
        }
    }

    /// To be taken before a look whose result is to be kept.
    var generation: Generation { state.withLock { $0.generation } }

    /// Replaces what was kept, unless somebody has done so since `generation`. Without an identity nothing is kept.
    func keep(_ outcome: Outcome, for identity: FileIdentity?, looked: Moment, since generation: Generation) {
        state.withLock {
            $0.advance(
                from: generation, to: identity == nil ? nil : outcome, of: identity, looked: looked, missing: false)
        }
    }

    /// Records that there is no file, unless somebody has found one since `generation`.
    func keepMissing(since generation: Generation) {
        state.withLock { $0.advance(from: generation, to: nil, of: nil, looked: .earliest, missing: true) }
    }
}

/// A secret's bytes where they must be shared: by the cell and by the requests that are being judged. The last to let
/// go overwrites them.
final class HeldSecret: Sendable, CustomReflectable, CustomStringConvertible {
    let bytes: SecretBytes

    init(_ bytes: consuming SecretBytes) {
        self.bytes = bytes
    }

    var description: String { "a secret" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
