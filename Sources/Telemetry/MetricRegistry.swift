import Synchronization

/// The metrics of one server, rendered in the Prometheus text format 0.0.4.
///
/// A family is registered once, at start, and hands out its series; whoever counts keeps the series, so that counting
/// is an atomic addition. Registering one name twice, or a name or label outside the format's alphabet, is a mistake in
/// the program and traps.
package final class MetricRegistry: Sendable {
    /// The media type of what `render` returns.
    package static let mediaType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

    private let families = Mutex<[any MetricSource]>([])

    package init() {}

    /// Counters that differ by label. By convention the name ends in `_total`.
    package func counters(_ name: String, help: String, labels: [String]) -> MetricFamily<Counter> {
        register(MetricFamily(name: name, help: help, type: "counter", labels: labels) { Counter() })
    }

    /// A value that is read when rendered, with labels that never change.
    package func gauge(
        _ name: String, help: String, labels: KeyValuePairs<String, String> = [:],
        reading: @escaping @Sendable () -> Int64
    ) {
        register(MetricFamily(name: name, help: help, type: "gauge", labels: labels.map(\.key)) { Reading(reading) })
            .series(labels.map(\.value))
    }

    /// Values that are read when rendered, each with its value of the one label. Those come from a set that the
    /// operator has closed, such as the secrets of a config.
    package func gauges(
        _ name: String, help: String, label: String,
        readings: @escaping @Sendable () -> [(label: String, value: Int64)]
    ) {
        register(MetricFamily(name: name, help: help, type: "gauge", labels: []) { Readings(label, readings) })
            .series()
    }

    /// Histograms of durations that differ by label. By convention the name ends in `_seconds`.
    package func histograms(
        _ name: String, help: String, labels: [String], bounds: [Duration] = Histogram.requestBounds
    ) -> MetricFamily<Histogram> {
        register(
            MetricFamily(name: name, help: help, type: "histogram", labels: labels) { Histogram(bounds: bounds) })
    }

    /// All families in the order of their registration.
    package func render() -> [UInt8] {
        let families = families.withLock { $0 }
        var text = MetricText()
        for family in families { family.write(to: &text) }
        return text.bytes
    }

    @discardableResult
    private func register<Series>(_ family: MetricFamily<Series>) -> MetricFamily<Series> {
        families.withLock { families in
            precondition(!families.contains { $0.name == family.name }, "\(family.name) is registered twice")
            families.append(family)
        }
        return family
    }
}

/// What a registry renders.
protocol MetricSource: Sendable {
    var name: String { get }
    func write(to text: inout MetricText)
}
