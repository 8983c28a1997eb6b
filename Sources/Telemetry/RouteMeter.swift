import Synchronization

/// Counts and times the requests of one route: `keyward_requests_total{route,status}` and
/// `keyward_request_duration_seconds{route}`. A route is named by its pattern or interaction, never by a path.
package final class RouteMeter: Sendable {
    private let route: String
    private let requests: MetricFamily<Counter>
    private let duration: Histogram
    /// The series of the statuses answered so far, in the order in which they first occurred: a handful, quicker to go
    /// through than to hash. Those that never occur are not shown.
    private let statuses = InlineArray<32, AtomicLazyReference<StatusCount>> { _ in AtomicLazyReference() }

    /// `requests` has the labels route and status, `durations` the label route.
    package init(route: String, requests: MetricFamily<Counter>, durations: MetricFamily<Histogram>) {
        self.route = route
        self.requests = requests
        self.duration = durations.series(route)
    }

    package func record(status: UInt16, nanoseconds: UInt64) {
        duration.observe(nanoseconds: nanoseconds)
        for place in statuses.indices {
            let known = statuses[place].load() ?? statuses[place].storeIfNil(make(status))
            if known.status == status { return known.count.add() }
        }
        // More than any server answers.
        make(status).count.add()
    }

    private func make(_ status: UInt16) -> StatusCount {
        StatusCount(status: status, count: requests.series(route, String(status)))
    }
}

/// How often one status was answered.
private final class StatusCount: Sendable {
    let status: UInt16
    let count: Counter

    init(status: UInt16, count: Counter) {
        self.status = status
        self.count = count
    }
}
