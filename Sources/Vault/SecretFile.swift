internal import Synchronization

/// One file that holds a value, and what it last came to.
final class SecretFile: Sendable {
    enum Outcome: Sendable {
        case value(HeldSecret)
        case fault(SecretFault)
    }

    /// What was kept when; given back with the next result, so that a slow reader cannot undo what a faster one found.
    struct Generation: Equatable {
        fileprivate var number: UInt64 = 0
    }

    /// The last value that the file held, known by its digest even when it is gone.
    struct Content: Sendable {
        let digest: SecretDigest
        /// When the file came to hold it: the time of change of the file that first did, or, where a link was pointed
        /// at a file that had lain there before, that of the last look that found the value before.
        private(set) var changed: FileTime
        /// How old it was at the moment `noted`. From then on the monotonic clock counts, which nobody can set back.
        private(set) var age: Duration
        let noted: Moment
        /// When the last look began that found it.
        private(set) var seen: Moment

        init(digest: SecretDigest, changed: FileTime, age: Duration, noted: Moment) {
            self.digest = digest
            self.changed = changed
            self.age = age
            self.noted = noted
            seen = noted
        }

        func age(at moment: Moment) -> Duration { age + noted.duration(to: moment) }

        mutating func see(at moment: Moment) { seen = max(seen, moment) }

        /// The value cannot be older than the last look that found another.
        mutating func follow(_ before: Content) {
            let excess = age - max(before.seen.duration(to: noted), .zero)
            guard excess > .zero else { return }
            age -= excess
            changed = changed.advanced(by: excess)
        }
    }

    private struct State {
        var kept: Outcome?
        var identity: FileIdentity?
        /// When the last look began that found `kept` to be what the file holds.
        var looked = Moment.earliest
        /// The last request to look waited through all pauses and found no file.
        var isKnownMissing = false
        var generation = Generation()
        var content: Content?

        mutating func advance(to kept: Outcome?, of identity: FileIdentity?, looked: Moment, missing: Bool) {
            generation.number &+= 1
            self.kept = kept
            self.identity = identity
            self.looked = looked
            isKnownMissing = missing
        }
    }

    let path: FilePath
    private let state: Mutex<State>

    init(path: String) {
        self.path = FilePath(path)
        state = Mutex(State())
    }

    /// The same path under other roots: what it held is remembered, and looked at anew.
    init(remembering file: SecretFile) {
        path = file.path
        let content = file.content
        state = Mutex(State(content: content))
    }

    var isKnownMissing: Bool { state.withLock { $0.isKnownMissing } }

    var content: Content? { state.withLock { $0.content } }

    /// What was kept, if a look that began at `moment` or later found it to be what the file holds.
    func kept(since moment: Moment) -> Outcome? {
        state.withLock { $0.looked >= moment ? $0.kept : nil }
    }

    /// What was kept for exactly this state of the file, which a look found that began at `moment`.
    func kept(for identity: FileIdentity, looked moment: Moment) -> Outcome? {
        state.withLock { state in
            guard state.identity == identity, let kept = state.kept else { return nil }
            state.looked = max(state.looked, moment)
            if case .value = kept { state.content?.see(at: moment) }
            return kept
        }
    }

    /// To be taken before a look whose result is to be kept.
    var generation: Generation { state.withLock { $0.generation } }

    /// Replaces what was kept, unless somebody has done so since `generation`. Without an identity nothing is kept, but
    /// the content is remembered all the same.
    ///
    /// - Returns: whether the file held another value before.
    func keep(
        _ outcome: Outcome, for identity: FileIdentity?, content: Content?, since generation: Generation, looked: Moment
    ) -> Bool {
        state.withLock { state in
            guard state.generation == generation else { return false }
            state.advance(
                to: identity == nil ? nil : outcome, of: identity, looked: looked, missing: false)
            guard var content else { return false }
            guard let before = state.content else {
                state.content = content
                return false
            }
            guard content.digest != before.digest else {
                state.content?.see(at: looked)
                return false
            }
            content.follow(before)
            state.content = content
            return true
        }
    }

    /// Lets go of what was kept: the file cannot be looked at.
    func forget() {
        state.withLock { $0.advance(to: nil, of: nil, looked: .earliest, missing: $0.isKnownMissing) }
    }

    /// Whether what is kept is this refusal, and nothing that could be let go.
    func isRefused(by error: Errno) -> Bool {
        state.withLock { state in
            if case .fault(.unreadable(error)) = state.kept { true } else { false }
        }
    }

    /// Records that there is no file, unless somebody has found one since `generation`.
    func keepMissing(since generation: Generation) {
        state.withLock { state in
            guard state.generation == generation else { return }
            state.advance(to: nil, of: nil, looked: .earliest, missing: true)
        }
    }

    /// How long ago the file came to hold this value; nothing when somebody has found another value since.
    func age(of held: HeldSecret, at moment: Moment) -> Duration? {
        state.withLock { state in
            guard let content = state.content, content.digest == held.digest else { return nil }
            return content.age(at: moment)
        }
    }
}

/// A secret's bytes where they must be shared: by the file's memory and by the requests that are being judged. The last
/// to let go overwrites them.
final class HeldSecret: Sendable, CustomReflectable, CustomStringConvertible {
    let bytes: SecretBytes
    let digest: SecretDigest
    /// The state of the file that they were read from.
    let identity: FileIdentity

    init(_ bytes: consuming SecretBytes, digest: SecretDigest, identity: FileIdentity) {
        self.bytes = bytes
        self.digest = digest
        self.identity = identity
    }

    var description: String { "a secret" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
