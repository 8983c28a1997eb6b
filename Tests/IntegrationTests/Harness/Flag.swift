import Foundation
import Synchronization

/// Keeps threads at work until it is ended.
final class Flag: Sendable {
    private let value = Atomic(true)
    private let group = DispatchGroup()

    var isSet: Bool { value.load(ordering: .relaxed) }

    func enter() { group.enter() }

    func leave() { group.leave() }

    /// Whether all who entered have left.
    func end() -> Bool {
        value.store(false, ordering: .relaxed)
        return group.wait(timeout: .now() + 30) == .success
    }
}

/// Counts, from any thread.
final class Counter: Sendable {
    private let value = Atomic(0)

    var count: Int { value.load(ordering: .relaxed) }

    func add() { value.add(1, ordering: .relaxed) }
}
