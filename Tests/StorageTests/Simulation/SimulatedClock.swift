import Dispatch
import FHIR
import Synchronization

/// A clock that a seed drives, now and then backwards, and at which a test can hold up the store's queue.
final class SimulatedClock: Sendable {
    private struct State {
        var milliseconds: Int64 = 1_700_000_000_000
        var random: SplitMix64
        /// The next look waits.
        var isHeld = false
        /// A look waits.
        var isReached = false
    }

    private let state: Mutex<State>
    private let gate = DispatchSemaphore(value: 0)

    init(seed: UInt64) { state = Mutex(State(random: SplitMix64(seed: seed))) }

    @Sendable func now() -> Instant {
        let waits = state.withLock { state in
            defer { state.isHeld = false }
            state.isReached = state.isHeld
            return state.isHeld
        }
        if waits { gate.wait() }
        return state.withLock { state in
            let step = state.random.chance(10) ? -state.random.number(0...10_000) : state.random.number(0...3)
            state.milliseconds += Int64(step)
            return Instant(milliseconds: state.milliseconds)
        }
    }

    /// Makes the next look wait for `release`.
    func hold() { state.withLock { $0.isHeld = true } }

    /// Returns when a look waits.
    func isReached() async {
        while !state.withLock({ $0.isReached }) { await Task.yield() }
    }

    func release() {
        state.withLock { $0.isReached = false }
        gate.signal()
    }
}
