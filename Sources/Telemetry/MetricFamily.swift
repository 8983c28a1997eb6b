import Synchronization

/// The series of one metric, told apart by the values of its labels. The values must come from a closed set (a route's
/// pattern, a status, a reason), never from a request: a series is kept for ever.
package final class MetricFamily<Series: MetricSeries>: MetricSource {
    package let name: String
    private let help: String
    private let type: String
    private let labels: [String]
    private let make: @Sendable () -> Series
    private let made = Mutex<[[String]: Series]>([:])

    init(name: String, help: String, type: String, labels: [String], make: @escaping @Sendable () -> Series) {
        precondition(MetricText.isName(name), "\(name) is no metric name")
        precondition(labels.allSatisfy(MetricText.isName), "\(name) has a label that is no label name")
        self.name = name
        self.help = help
        self.type = type
        self.labels = labels
        self.make = make
    }

    /// The series with these label values, in the order of the labels; made at the first call. Keep it: the look-up
    /// takes a lock and hashes strings.
    @discardableResult
    package func series(_ values: String...) -> Series {
        series(values)
    }

    /// As above, for values that are a list already.
    @discardableResult
    package func series(_ values: [String]) -> Series {
        precondition(values.count == labels.count, "\(name) has \(labels.count) labels, not \(values.count)")
        return made.withLock { made in
            if let series = made[values] { return series }
            let series = make()
            made[values] = series
            return series
        }
    }

    func write(to text: inout MetricText) {
        text.head(name, help: help, type: type)
        let sorted = made.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (values, series) in sorted {
            series.write(name: name, labels: Array(zip(labels, values)), to: &text)
        }
    }
}

/// One line, or a few that belong together, of a metric.
package protocol MetricSeries: Sendable {
    func write(name: String, labels: [(String, String)], to text: inout MetricText)
}

/// A number that only grows.
package final class Counter: MetricSeries {
    private let count = Atomic<UInt64>(0)

    init() {}

    package var value: UInt64 { count.load(ordering: .relaxed) }

    package func add(_ amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    package func write(name: String, labels: [(String, String)], to text: inout MetricText) {
        text.sample(name, labels: labels, value: String(value))
    }
}

/// A number that something else keeps.
final class Reading: MetricSeries {
    private let read: @Sendable () -> Int64

    init(_ read: @escaping @Sendable () -> Int64) {
        self.read = read
    }

    func write(name: String, labels: [(String, String)], to text: inout MetricText) {
        text.sample(name, labels: labels, value: String(read()))
    }
}

/// Numbers that something else keeps, told apart by one label whose values it knows.
final class Readings: MetricSeries {
    private let label: String
    private let read: @Sendable () -> [(label: String, value: Int64)]

    init(_ label: String, _ read: @escaping @Sendable () -> [(label: String, value: Int64)]) {
        precondition(MetricText.isName(label), "\(label) is no label name")
        self.label = label
        self.read = read
    }

    func write(name: String, labels: [(String, String)], to text: inout MetricText) {
        for (value, number) in read() {
            text.sample(name, labels: labels + [(label, value)], value: String(number))
        }
    }
}
