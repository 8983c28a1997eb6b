import Telemetry
import Testing

@Suite struct RouteMeterTests {
    private let registry = MetricRegistry()

    private func meter() -> RouteMeter {
        RouteMeter(
            route: "/x", requests: registry.counters("requests_total", help: "x", labels: ["route", "status"]),
            durations: registry.histograms("seconds", help: "x", labels: ["route"]))
    }

    private var text: String { String(decoding: registry.render(), as: UTF8.self) }

    @Test func aStatusIsShownOnceItOccursAndEachIsCountedForItself() {
        let meter = meter()
        #expect(!text.contains("requests_total{"))
        for status in [200, 401, 200, 304, 200] as [UInt16] { meter.record(status: status, nanoseconds: 1_000) }
        let text = text
        #expect(text.contains("requests_total{route=\"/x\",status=\"200\"} 3\n"))
        #expect(text.contains("requests_total{route=\"/x\",status=\"401\"} 1\n"))
        #expect(text.contains("requests_total{route=\"/x\",status=\"304\"} 1\n"))
        #expect(text.contains("seconds_count{route=\"/x\"} 5\n"))
    }

    @Test func moreStatusesThanThereAreAreCountedToo() {
        let meter = meter()
        for _ in 1...2 { for status in 100..<600 as Range<UInt16> { meter.record(status: status, nanoseconds: 1) } }
        for status in [100, 131, 132, 599] { #expect(text.contains("status=\"\(status)\"} 2\n")) }
    }

    @Test func nothingIsLostWhereManyCountAtOnce() async {
        let meter = meter()
        await withTaskGroup(of: Void.self) { group in
            for status in 200..<208 as Range<UInt16> {
                group.addTask { for _ in 1...1_000 { meter.record(status: status, nanoseconds: 1) } }
                group.addTask { for _ in 1...1_000 { meter.record(status: status, nanoseconds: 1) } }
            }
        }
        for status in 200..<208 { #expect(text.contains("status=\"\(status)\"} 2000\n")) }
    }
}
