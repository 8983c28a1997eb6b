internal import Access
internal import Synchronization
internal import Transport

/// Which uses of secrets were written down within the last minute, so that they are not again. Either of a secret's two
/// values has a minute of its own.
final class RecentUses: Sendable {
    static let interval = Patience(.seconds(60))
    /// Uses that are remembered; beyond that all that are written down are forgotten, and written down again sooner.
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
        /// With those who wait to hear what becomes of it.
        case underWay([CheckedContinuation<Bool, Never>])
        case until(Deadline)

        var isUnderWay: Bool { if case .underWay = self { true } else { false } }
    }

    private let entries = Mutex<[SecretUse: Entry]>([:])

    func state(of use: SecretUse, at moment: Deadline) -> State {
        entries.withLock { entries in
            switch entries[use] {
            case .underWay: return .underWay
            case .until(let end) where moment < end: return .known
            case .until, nil:
                if entries.count >= Self.capacity { entries = entries.filter(\.value.isUnderWay) }
                entries[use] = .underWay([])
                return .due
            }
        }
    }

    /// Whether a use that was under way came to be written down, as soon as that is settled.
    func isWritten(_ use: SecretUse) async -> Bool {
        await withCheckedContinuation { waiter in
            let isWritten: Bool? = entries.withLock { entries in
                switch entries[use] {
                case .underWay(let waiters):
                    entries[use] = .underWay(waiters + [waiter])
                    return nil
                case .until: return true
                case nil: return false
                }
            }
            if let isWritten { waiter.resume(returning: isWritten) }
        }
    }

    /// Ends what `due` began: the use is written down, or it is not.
    func settle(_ use: SecretUse, at moment: Deadline, isWritten: Bool) {
        let before = entries.withLock { entries in
            defer { entries[use] = isWritten ? .until(moment.advanced(by: Self.interval)) : nil }
            return entries[use]
        }
        guard case .underWay(let waiters) = before else { return }
        for waiter in waiters { waiter.resume(returning: isWritten) }
    }
}
