import Telemetry
import Testing

@Suite struct HistogramTests {
    func text(_ registry: MetricRegistry) -> String { String(decoding: registry.render(), as: UTF8.self) }

    @Test func bucketsAreCumulativeAndABoundBelongsToItsBucket() {
        let registry = MetricRegistry()
        let family = registry.histograms(
            "keyward_request_duration_seconds", help: "Time taken.", labels: ["route"],
            bounds: [.microseconds(100), .microseconds(2_500), .seconds(1)])
        let read = family.series("read")
        read.observe(.microseconds(100))
        read.observe(.nanoseconds(100_001))
        read.observe(.seconds(1) + .nanoseconds(1))
        read.observe(.seconds(-5))
        #expect(
            text(registry) == """
                # HELP keyward_request_duration_seconds Time taken.
                # TYPE keyward_request_duration_seconds histogram
                keyward_request_duration_seconds_bucket{route="read",le="0.0001"} 2
                keyward_request_duration_seconds_bucket{route="read",le="0.0025"} 3
                keyward_request_duration_seconds_bucket{route="read",le="1"} 3
                keyward_request_duration_seconds_bucket{route="read",le="+Inf"} 4
                keyward_request_duration_seconds_sum{route="read"} 1.000200002
                keyward_request_duration_seconds_count{route="read"} 4

                """)
    }

    @Test func aRouteMeterCountsByStatusAndTimesTheRoute() {
        let registry = MetricRegistry()
        let requests = registry.counters("r_total", help: "", labels: ["route", "status"])
        let durations = registry.histograms("d_seconds", help: "", labels: ["route"], bounds: [.seconds(1)])
        let meter = RouteMeter(route: "read", requests: requests, durations: durations)
        meter.record(status: 200, nanoseconds: 1_000_000_000)
        meter.record(status: 401, nanoseconds: 2_000_000_000)
        meter.record(status: 200, nanoseconds: 500_000_000)
        let samples = text(registry).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                #"r_total{route="read",status="200"} 2"#, #"r_total{route="read",status="401"} 1"#,
                #"d_seconds_bucket{route="read",le="1"} 2"#, #"d_seconds_bucket{route="read",le="+Inf"} 3"#,
                #"d_seconds_sum{route="read"} 3.5"#, #"d_seconds_count{route="read"} 3"#,
            ])
    }
}
