internal import Access
internal import Synchronization
internal import Transport

/// Whose use of a secret was audited within the last minute, so that it is not again.
final class RecentUses: Sendable {
    static let interval = Patience(.seconds(60))
    /// Principals that are remembered; beyond that all are forgotten, and audited again sooner.
    static let capacity = 100_000

    enum State: Equatable {
        /// Audited within the minute.
        case known
        /// To be audited, and then to be `settle`d.
        case due
        /// Another request is auditing it now.
        case underWay
    }

    private enum Entry {
        case underWay
        case until(Deadline)
    }

    private struct Key: Hashable {
        let principal: Principal
        let isPrevious: Bool
    }

    private let entries = Mutex<[Key: Entry]>([:])

    /// - Parameter isPrevious: which of a secret's two values was used; each has a minute of its own.
    func state(of principal: Principal, isPrevious: Bool, at moment: Deadline) -> State {
        let key = Key(principal: principal, isPrevious: isPrevious)
        return entries.withLock { entries in
            switch entries[key] {
            case .underWay: return .underWay
            case .until(let end) where moment < end: return .known
            case .until, nil:
                if entries.count >= Self.capacity { entries.removeAll() }
                entries[key] = .underWay
                return .due
            }
        }
    }

    /// Ends what `due` began: the use is in the log, or it is not.
    func settle(_ principal: Principal, isPrevious: Bool, at moment: Deadline, isWritten: Bool) {
        let key = Key(principal: principal, isPrevious: isPrevious)
        entries.withLock { $0[key] = isWritten ? .until(moment.advanced(by: Self.interval)) : nil }
    }
}
