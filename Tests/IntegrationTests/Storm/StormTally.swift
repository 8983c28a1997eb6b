import Synchronization

/// What a storm came to.
final class StormTally: Sendable {
    struct Totals: Sendable {
        var requests = 0
        /// Requests by the secret that changes for which there was one right answer.
        var certain = 0
        /// Accepted though the value counted in no state that the request may have met.
        var stale = 0
        /// Denied though the value counted in every state that the request may have met.
        var falseDenials = 0
        /// The first few of what was wrong, in words.
        var wrongs: [String] = []
    }

    private let current = Mutex(Totals())

    var totals: Totals { current.withLock { $0 } }

    /// - Parameters:
    ///   - isRight: for each state that the request may have met, whether the password counted in it.
    ///   - isSteady: whether it is of a secret that never changes.
    func note(_ status: Int, _ isRight: [Bool], isSteady: Bool, _ words: @autoclosure () -> String) {
        let isAccepted = status == 200
        let mayBeAccepted = isRight.contains(true)
        let mayBeDenied = isRight.contains(false)
        current.withLock { totals in
            totals.requests += 1
            if mayBeAccepted != mayBeDenied, !isSteady { totals.certain += 1 }
            if isAccepted, !mayBeAccepted {
                totals.stale += 1
            } else if !isAccepted, !mayBeDenied {
                totals.falseDenials += 1
            } else if isAccepted || status == 401 {
                return
            }
            if totals.wrongs.count < 10 { totals.wrongs.append("\(status) for \(words())") }
        }
    }

    func fault(_ words: String) {
        current.withLock { $0.wrongs.append(words) }
    }
}
