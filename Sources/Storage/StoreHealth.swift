import Synchronization

/// Whether a store takes writes, as far as its last one or the last try has shown, and who is told when that changes.
final class StoreHealth: Sendable {
    private struct State {
        var condition = StoreCondition.writable
        /// The store will look whether it takes writes again.
        var isTrying = false
    }

    private let state = Mutex(State())
    private let changed: @Sendable (StoreCondition) -> Void

    /// - Parameter changed: is told of every other condition, and of another reason, on the store's queue.
    init(changed: @escaping @Sendable (StoreCondition) -> Void) {
        self.changed = changed
    }

    /// - Parameter isEndOfTry: what `look` asked for is done.
    func set(_ condition: StoreCondition, isEndOfTry: Bool = false) {
        let isNews = state.withLock { state in
            if isEndOfTry { state.isTrying = false }
            defer { state.condition = condition }
            return state.condition != condition
        }
        if isNews { changed(condition) }
    }

    /// The store is closed, which is no news.
    func end(_ reason: String) {
        state.withLock { $0.condition = .refusing(reason) }
    }

    /// While the store refuses, asks for one more try, unless one is asked for already.
    func look(_ tryAgain: () -> Void) -> StoreCondition {
        state.withLock { state in
            if state.condition != .writable, !state.isTrying {
                state.isTrying = true
                tryAgain()
            }
            return state.condition
        }
    }
}
