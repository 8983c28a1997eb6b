internal import Access
internal import Synchronization
internal import Transport

/// Which uses of secrets were written down within the last minute, so that they are not again. Either of a secret's two
/// values has a minute of its own.
final class RecentUses: Sendable {
    static let interval = Patience(.seconds(60))
    /// Uses that are remembered; beyond that all are forgotten, and written down again sooner.
    static let capacity = 100_000

    enum State: Equatable {
        /// Written down within the minute.
        case known
        /// To be written down, and then to be `settle`d.
        case due
        /// Another request is at it now.
        case underWay
    }

    private enum Entry {
        case underWay
        case until(Deadline)
    }

    private let entries = Mutex<[SecretUse: Entry]>([:])

    func state(of use: SecretUse, at moment: Deadline) -> State {
        entries.withLock { entries in
            switch entries[use] {
            case .underWay: return .underWay
            case .until(let end) where moment < end: return .known
            case .until, nil:
                if entries.count >= Self.capacity { entries.removeAll() }
                entries[use] = .underWay
                return .due
            }
        }
    }

    /// Ends what `due` began: the use is written down, or it is not.
    func settle(_ use: SecretUse, at moment: Deadline, isWritten: Bool) {
        entries.withLock { $0[use] = isWritten ? .until(moment.advanced(by: Self.interval)) : nil }
    }
}
