internal import HTTP
internal import Synchronization

/// Names requests: the name that the client gave, if it is sane, else a new one that no other request of this server
/// has.
final class RequestNames: Sendable {
    private let run: RequestName.Run
    private let count = Atomic<Int>(0)

    /// - Parameter random: tells this run of the server from any other.
    init(random: UInt64) {
        let digits = String(random, radix: 16)
        let prefix = Array((String(repeating: "0", count: 16 - digits.count) + digits + "-").utf8)
        run = RequestName.Run { prefix[$0] }
    }

    func next() -> RequestName {
        RequestName(run, count.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    func name(for request: Request) -> RequestName {
        guard let given = request.head.fields.bytes(.xRequestID) else { return next() }
        return RequestName(given.span) ?? next()
    }
}
