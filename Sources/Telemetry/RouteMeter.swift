import Synchronization

/// Counts and times the requests of one route: `keyward_requests_total{route,status}` and
/// `keyward_request_duration_seconds{route}`. A route is named by its pattern or interaction, never by a path.
package final class RouteMeter: Sendable {
    private let route: String
    private let requests: MetricFamily<Counter>
    private let duration: Histogram
    /// The series of the statuses answered so far; those that never occur are not shown.
    private let statuses = Mutex<[(status: UInt16, counter: Counter)]>([])

    /// `requests` has the labels route and status, `durations` the label route.
    package init(route: String, requests: MetricFamily<Counter>, durations: MetricFamily<Histogram>) {
        self.route = route
        self.requests = requests
        self.duration = durations.series(route)
    }

    package func record(status: UInt16, nanoseconds: UInt64) {
        let counter = statuses.withLock { statuses in
            // A handful, in the order in which they first occurred: quicker to go through than to hash.
            for known in statuses where known.status == status { return known.counter }
            let counter = requests.series(route, String(status))
            statuses.append((status, counter))
            return counter
        }
        counter.add()
        duration.observe(nanoseconds: nanoseconds)
    }
}
