import FHIR
import Synchronization

@testable import Storage

/// Readers that look at the store between any two calls to its disk, and remember what they saw.
final class Readers: Sendable {
    fileprivate struct State {
        weak var store: JournalStore?
        var seen: [ResourceKey: StoredVersion] = [:]
        var objection: String?
    }

    private let state = Mutex(State())
    private let keys: [ResourceKey]

    init(keys: [ResourceKey]) { self.keys = keys }

    func watch(_ store: JournalStore?) { state.withLock { $0.store = store } }

    @Sendable func look() {
        guard let store = state.withLock({ $0.store }) else { return }
        for key in keys {
            let stored = store.current(key)
            state.withLock { $0.see(stored, of: key) }
        }
    }

    /// Looks once more; why what was seen at any time is not there now, if so.
    func objection() -> String? {
        look()
        return state.withLock { $0.objection }
    }
}

extension Readers.State {
    fileprivate mutating func see(_ stored: StoredVersion?, of key: ResourceKey) {
        if let before = seen[key] {
            if (stored?.version ?? 0) < before.version || stored?.version == before.version && stored != before {
                objection = objection ?? "a reader has seen version \(before.version) of \(key.text), which is gone"
            }
        }
        if let stored { seen[key] = stored }
    }
}
