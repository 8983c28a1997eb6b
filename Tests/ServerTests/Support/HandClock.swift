import Synchronization
import Transport

/// A clock that a test moves.
final class HandClock: Sendable {
    private let time = Mutex(Deadline.now())

    func now() -> Deadline { time.withLock { $0 } }
    func advance(_ duration: Duration) { time.withLock { $0 = $0.advanced(by: Patience(duration)) } }
}
