import HTTP
import Logging
import Telemetry
import Testing

@testable import Server

@Suite struct MeasuringTests {
    private let log = LogBook()
    private let registry = MetricRegistry()

    /// Two listeners serve the same pattern, each by a route of its own.
    private let routes = ["/fhir/{type}", "/livez", "/livez"].map { Route.plain($0) { Response(.ok) } }

    private func measure(_ target: String, by route: Route?, _ status: Status, level: Logger.Level = .info) {
        let measuring = Measuring(routes, registry, log.logger(level))
        let exchange = Exchange(.get, target)
        exchange.route = route
        measuring.record(exchange, status)
    }

    private var rendered: [Substring] { String(decoding: registry.render(), as: UTF8.self).split(separator: "\n") }

    @Test func aRequestCountsOnceUnderItsPatternAndNeverUnderItsPath() {
        measure("/fhir/Patient?name=Miller", by: routes[0], .created)
        #expect(rendered.contains(#"keyward_requests_total{route="/fhir/{type}",status="201"} 1"#))
        #expect(rendered.contains(#"keyward_request_duration_seconds_count{route="/fhir/{type}"} 1"#))
        #expect(rendered.contains(#"keyward_request_duration_seconds_count{route="none"} 0"#))
        #expect(!rendered.contains { $0.contains("Patient") || $0.contains("Miller") })
        #expect(log.lines.isEmpty)
    }

    @Test func whatFoundNoRouteCountsAsNone() {
        measure("/anything/anyone/likes", by: nil, .notFound)
        #expect(rendered.contains(#"keyward_requests_total{route="none",status="404"} 1"#))
        #expect(!rendered.contains { $0.contains("anyone") })
    }

    @Test func aPatternOfBothListenersIsCountedAsOne() {
        let measuring = Measuring(routes, registry, log.logger())
        for route in routes.dropFirst() {
            let exchange = Exchange(.get, "/livez")
            exchange.route = route
            measuring.record(exchange, .ok)
        }
        #expect(rendered.contains(#"keyward_requests_total{route="/livez",status="200"} 2"#))
        #expect(rendered.contains(#"keyward_request_duration_seconds_count{route="/livez"} 2"#))
    }

    @Test func atLevelDebugEachRequestIsALineWithoutItsPath() throws {
        measure("/fhir/Patient?name=Miller", by: routes[0], .created, level: .debug)
        let line = try #require(log.lines("request").first)
        #expect(line.fields["status"] == "201")
        #expect(line.fields["route"] == "/fhir/{type}")
        #expect(line.fields["method"] == "GET")
        #expect(line.fields["peer"] == "127.0.0.1:50000")
        #expect(Int(line.fields["microseconds"] ?? "") != nil)
        #expect(!log.mentions("Miller"))
    }
}
