internal import HTTP
internal import Logging
internal import Telemetry
internal import Transport

/// Counts and times every request by its route, and logs it at level debug.
struct Measuring: Sendable {
    /// A dozen: quicker to go through than to hash.
    private let meters: [(route: Route, meter: RouteMeter)]
    private let others: RouteMeter
    private let logger: Logger
    private let isLogged: Bool

    init(_ routes: [Route], _ registry: MetricRegistry, _ logger: Logger) {
        let requests = registry.counters(
            "keyward_requests_total", help: "Requests by route and status.", labels: ["route", "status"])
        let durations = registry.histograms(
            "keyward_request_duration_seconds", help: "Time from the header to the response.", labels: ["route"])
        func meter(_ route: String) -> RouteMeter {
            RouteMeter(route: route, requests: requests, durations: durations)
        }
        meters = routes.map { ($0, meter($0.pattern)) }
        others = meter(Exchange.unrouted)
        self.logger = logger
        isLogged = logger.logLevel <= .debug
    }

    private func meter(of route: Route?) -> RouteMeter {
        for known in meters where known.route === route { return known.meter }
        return others
    }

    func record(_ exchange: Exchange, _ status: Status) {
        let took = Deadline.now().nanoseconds(since: exchange.request.arrived)
        meter(of: exchange.route).record(status: UInt16(status.code), nanoseconds: took)
        if isLogged {
            logger.debug(
                "request",
                metadata: exchange.logFields([
                    "status": .stringConvertible(status.code),
                    "microseconds": .stringConvertible(took / 1_000),
                ]))
        }
    }
}
