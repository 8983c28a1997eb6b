internal import Logging
internal import Synchronization
internal import Telemetry
internal import Transport

/// Counts the connections that are not taken, and logs one line an episode: whoever is refused tries again, and a line
/// for each would be a flood. An episode is over when nothing of its kind has happened for ten seconds.
struct RefusedConnections: Sendable {
    static let calm = Patience(.seconds(10))

    private let full: Episode
    private let fullForAddress: Episode
    private let opsFull: Episode
    private let exhausted: Episode
    private let logger: Logger
    private let clock: @Sendable () -> Deadline

    init(_ registry: MetricRegistry, _ logger: Logger, clock: @escaping @Sendable () -> Deadline = Deadline.now) {
        let family = registry.counters(
            "keyward_connections_refused_total",
            help: "Connections closed at a limit, and attempts to accept one that failed for want of descriptors.",
            labels: ["reason"])
        full = Episode(family.series("limit"))
        fullForAddress = Episode(family.series("address-limit"))
        opsFull = Episode(family.series("ops-limit"))
        exhausted = Episode(family.series("exhausted"))
        self.logger = logger
        self.clock = clock
    }

    /// Of the ops port, whose limit is no setting.
    @Sendable func noteOps(_ refusal: ConnectionRefusal) {
        guard case .full = refusal else { return note(refusal) }
        guard opsFull.begins(at: clock()) else { return }
        logger.warning(
            "connections to the ops port are closed as they come: as many are open as it takes",
            metadata: ["connections": .stringConvertible(KeywardServer.opsConnections)])
    }

    @Sendable func note(_ refusal: ConnectionRefusal) {
        switch refusal {
        case .full:
            guard full.begins(at: clock()) else { return }
            logger.warning("connections are closed as they come: as many are open as --max-connections allows")
        case .fullForAddress(let peer):
            guard fullForAddress.begins(at: clock()) else { return }
            logger.warning(
                "connections are closed as they come: an address has as many as --max-connections-per-address allows",
                metadata: ["peer": .stringConvertible(peer)])
        case .exhausted(let error):
            guard exhausted.begins(at: clock()) else { return }
            logger.error(
                "no connection can be accepted for now; open ones are served, those that wait are tried again",
                metadata: ["error": "\(error)"])
        }
    }
}

/// One kind of refusal: its count, and when it last happened.
private final class Episode: Sendable {
    private let counter: Counter
    private let last = Mutex<Deadline?>(nil)

    init(_ counter: Counter) {
        self.counter = counter
    }

    /// Counts one; answers whether a new episode begins with it.
    func begins(at now: Deadline) -> Bool {
        counter.add()
        return last.withLock { last in
            defer { last = now }
            return last.map { now > $0.advanced(by: RefusedConnections.calm) } ?? true
        }
    }
}
