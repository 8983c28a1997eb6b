import Synchronization

/// Which swap has begun and which has been made, for whoever asks between the two.
///
/// A request that was sent when swap `made` had been made, and answered before swap `begun + 1` began, was judged in
/// one of the states `made...begun`; where they are one, there is one right answer.
final class SwapLedger: Sendable {
    private let latestBegun = Atomic(0)
    private let latestMade = Atomic(0)

    var begun: Int { latestBegun.load(ordering: .sequentiallyConsistent) }
    var made: Int { latestMade.load(ordering: .sequentiallyConsistent) }

    /// Makes swap `number`: from when `change` is called the new state may be seen, from when it returns it must be.
    func record(_ number: Int, _ change: () throws -> Void) rethrows {
        latestBegun.store(number, ordering: .sequentiallyConsistent)
        try change()
        latestMade.store(number, ordering: .sequentiallyConsistent)
    }
}
