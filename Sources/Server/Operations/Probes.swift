internal import HTTP
internal import Storage
internal import Synchronization

/// Whether the process lives, and whether it should get requests. Both are about the server: a client whose secret
/// is missing makes neither of them fail.
final class Probes: Sendable {
    private let store: any ResourceStore
    private let isStopping = Atomic(false)

    init(store: any ResourceStore) {
        self.store = store
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
    }

    /// `/livez`: an event loop runs.
    func live() -> Response {
        .plain(.ok, "ok")
    }

    /// `/readyz`: not stopping, and the store takes writes.
    func ready() -> Response {
        if isStopping.load(ordering: .acquiring) { return .plain(.serviceUnavailable, "stopping") }
        if case .refusing = store.condition {
            return .plain(.serviceUnavailable, "the store takes no writes; see the log")
        }
        return .plain(.ok, "ok")
    }
}
