internal import Dispatch
internal import Synchronization

/// Counts the open connections, in all and by address, and admits no more than the limits allow.
final class ConnectionGate: Sendable {
    private struct Counts {
        var all = 0
        var byAddress: [Address: Int] = [:]
    }

    private let limit: Int
    private let limitByAddress: Int?
    private let counts = Mutex(Counts())
    private let open = DispatchGroup()

    init(limit: Int, limitByAddress: Int?) {
        self.limit = limit
        self.limitByAddress = limitByAddress
    }

    var count: Int { counts.withLock { $0.all } }

    /// Counts a connection in, or says why it may not come in.
    func enter(_ peer: Address) -> ConnectionRefusal? {
        let refusal = counts.withLock { counts -> ConnectionRefusal? in
            guard counts.all < limit else { return .full }
            if let limitByAddress {
                guard counts.byAddress[peer.host, default: 0] < limitByAddress else { return .fullForAddress(peer) }
                counts.byAddress[peer.host, default: 0] += 1
            }
            counts.all += 1
            return nil
        }
        if refusal == nil { open.enter() }
        return refusal
    }

    func leave(_ peer: Address) {
        counts.withLock { counts in
            counts.all -= 1
            if limitByAddress != nil, let count = counts.byAddress[peer.host] {
                counts.byAddress[peer.host] = count > 1 ? count - 1 : nil
            }
        }
        open.leave()
    }

    /// Blocks until no connection is open, or `timeout` is over; answers how many are left.
    func waitUntilEmpty(_ timeout: Duration) -> Int {
        let milliseconds = Int(timeout / .milliseconds(1))
        _ = open.wait(timeout: .now() + .milliseconds(milliseconds))
        return count
    }
}
