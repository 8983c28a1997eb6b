import Synchronization

/// The series of one metric, told apart by the values of its labels. The values must come from a closed set (a route's
/// pattern, a status, a reason), never from a request: a series is kept for ever.
package final class MetricFamily<Series: MetricSeries>: MetricSource {
    package let name: String
    private let help: String
    private let type: String
    private let labels: [String]
    private let make: @Sendable () -> Series
    private let made = Mutex<[LabelValues: Series]>([:])

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
        let key = LabelValues(texts: values)
        return made.withLock { made in
            if let series = made[key] { return series }
            let series = make()
            made[key] = series
            return series
        }
    }

    func write(to text: inout MetricText) {
        text.head(name, help: help, type: type)
        let sorted = made.withLock { $0 }.sorted { $0.key.texts.lexicographicallyPrecedes($1.key.texts) }
        for (values, series) in sorted {
            series.write(name: name, labels: Array(zip(labels, values.texts)), to: &text)
        }
    }
}

/// The same only when their bytes are, as for whoever reads the metrics; `String` would take "é" and "e\u{301}" for
/// one.
private struct LabelValues: Hashable {
    let texts: [String]

    static func == (left: Self, right: Self) -> Bool {
        left.texts.elementsEqual(right.texts) { $0.utf8.elementsEqual($1.utf8) }
    }

    func hash(into hasher: inout Hasher) {
        for text in texts { for byte in text.utf8 { hasher.combine(byte) } }
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
