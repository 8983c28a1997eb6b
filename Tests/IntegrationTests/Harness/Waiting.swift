import Foundation
import Synchronization

/// Looks until something is so, or the time is up (later under a sanitizer); whether it was so.
func eventually(within limit: Duration = .seconds(15), _ isSo: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + limit * Sanitizer.patience
    while true {
        if try isSo() { return true }
        if ContinuousClock.now >= end { return false }
        usleep(2_000)
    }
}

/// Does the same in `count` threads at once, that all begin together, and hands back what each came to.
func inParallel<Outcome: Sendable>(_ count: Int, _ work: @escaping @Sendable (Int) throws -> Outcome) throws
    -> [Outcome]
{
    let outcomes = Mutex<[Int: Result<Outcome, any Error>]>([:])
    let start = DispatchSemaphore(value: 0)
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        let thread = Thread {
            start.wait()
            let outcome = Result { try work(index) }
            outcomes.withLock { $0[index] = outcome }
            group.leave()
        }
        thread.start()
    }
    for _ in 0..<count { start.signal() }
    guard group.wait(timeout: .now() + 60) == .success else { throw HarnessFault("parallel work took more than 60 s") }
    return try outcomes.withLock { outcomes in try (0..<count).compactMap { try outcomes[$0]?.get() } }
}

/// The test's own machinery failed, not what it tests.
struct HarnessFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Says something into the test's output, beside what the tests say of themselves.
func report(_ words: String) {
    FileHandle.standardError.write(Data("◇ \(words)\n".utf8))
}
