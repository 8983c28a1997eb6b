import FHIR

@testable import Storage

/// What a run has proved wrong.
struct Broken: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// What is known of a store from its answers, and so what it may be after its process or its machine has ended.
struct StoreModel {
    let keys: [ResourceKey]
    /// All that was acknowledged.
    private(set) var state = ModelState()
    /// What it may be as well: beginnings of what was under way when the process ended.
    private var unanswered: [ModelState] = []
    /// The same of what was answered with an error since the last commit that was not.
    private var refused: [ModelState] = []
    /// The newest time that was seen.
    private var time: Instant?

    init(keys: [ResourceKey]) { self.keys = keys }

    /// Follows a batch of commits, in the order in which the store took them.
    ///
    /// - Parameter isEnd: the process ended meanwhile.
    /// - Returns: how many the store refused for the disk's sake.
    mutating func follow(
        _ batch: [(wishes: [Wish], result: Result<[Committed], StorageError>)], isEnd: Bool
    ) throws(Broken) -> Int {
        var refusals = 0
        var draft = state
        for (wishes, result) in batch {
            switch result {
            case .success(let committed):
                guard let numbers = state.commit(wishes) else { throw Broken("a precondition was passed over") }
                try take(committed, of: wishes, numbers)
                if numbers.contains(where: { $0 != nil }) { (unanswered, refused) = ([], []) }
                draft = state
            case .failure(.preconditionFailed):
                var attempt = state
                guard attempt.commit(wishes) == nil else { throw Broken("a precondition failed that holds") }
            case .failure(.full), .failure(.unavailable):
                refusals += 1
                _ = draft.commit(wishes)
                if isEnd { unanswered.append(draft) } else { refused.append(draft) }
            case .failure(let error):
                throw Broken("a commit was answered with \(error)")
            }
        }
        return refusals
    }

    private mutating func take(_ committed: [Committed], of wishes: [Wish], _ numbers: [Int?]) throws(Broken) {
        guard committed.map({ $0.version?.version }) == numbers else {
            throw Broken("versions \(numbers) were answered as \(committed.map { $0.version?.version })")
        }
        let times = Set(committed.compactMap { $0.version?.lastUpdated })
        guard times.count <= 1 else { throw Broken("one commit has several times") }
        if let time, let new = times.first, new < time { throw Broken("lastUpdated went back") }
        time = times.first ?? time
        for (wish, result) in zip(wishes, committed) {
            guard let stored = result.version else { continue }
            guard stored == wish.stored(version: stored.version, at: stored.lastUpdated) else {
                throw Broken("\(stored.key.text) was answered as something else")
            }
            // A later wish of the same commit may be of the same key.
            guard state.versions[stored.key]?.number == stored.version else { continue }
            if let objection = state.take(stored) { throw Broken(objection) }
        }
    }

    /// Holds a running store to what was acknowledged.
    mutating func hold(_ store: JournalStore) throws(Broken) {
        if let objection = state.take(store, keys: keys) { throw Broken("while running: \(objection)") }
    }

    /// Holds a store that was repaired after a batch had been torn: all that was acknowledged is in it. Of what was
    /// not, any version may be, each whole.
    func holdRepaired(_ store: JournalStore) throws(Broken) {
        for (key, version) in state.versions {
            guard let found = store.current(key), found.version >= version.number else {
                throw Broken("repaired: \(key.text) is older than what was acknowledged, or missing")
            }
            guard found.version == version.number, let stored = version.stored, found != stored else { continue }
            throw Broken("repaired: \(key.text) is not as it was acknowledged")
        }
    }

    /// Holds a store that was opened again to what it may be, and takes that as acknowledged.
    ///
    /// - Parameter mayHoldRefused: what was answered with an error may be there all the same.
    mutating func adopt(_ store: JournalStore, mayHoldRefused: Bool) throws(Broken) {
        var objections: [String] = []
        for candidate in [state] + unanswered + (mayHoldRefused ? refused : []) {
            var candidate = candidate
            if let objection = candidate.take(store, keys: keys) {
                objections.append(objection)
                continue
            }
            candidate.forgetPast(behind: state)
            (state, unanswered, refused) = (candidate, [], [])
            let newest = state.versions.values.compactMap { $0.stored?.lastUpdated }.max()
            time = [time, newest].compactMap(\.self).max()
            return
        }
        throw Broken("after a restart: \(objections.joined(separator: "; or "))")
    }
}
