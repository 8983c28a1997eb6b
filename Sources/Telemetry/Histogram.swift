/// How many durations fell below each of some bounds, and their sum. Observing takes no lock; a rendering in the middle
/// of an observation may show its bucket before its sum.
package final class Histogram: MetricSeries {
    /// Upper bounds for a request: a read takes tens of microseconds, a write waits for the disk.
    package static let requestBounds: [Duration] = [
        .microseconds(100), .microseconds(250), .microseconds(500),
        .milliseconds(1), .microseconds(2_500), .milliseconds(5),
        .milliseconds(10), .milliseconds(25), .milliseconds(50),
        .milliseconds(100), .milliseconds(250), .milliseconds(500),
        .seconds(1), .milliseconds(2_500), .seconds(10),
    ]

    /// Nanoseconds, ascending.
    private let bounds: [UInt64]
    /// One a bound, and one for what is above all of them.
    private let buckets: [Counter]
    /// Nanoseconds.
    private let sum = Counter()

    init(bounds: [Duration]) {
        self.bounds = bounds.map(Self.nanoseconds)
        self.buckets = (0...bounds.count).map { _ in Counter() }
        precondition(zip(self.bounds, self.bounds.dropFirst()).allSatisfy(<), "the bounds of a histogram ascend")
    }

    /// Counts one duration; a negative one counts as zero.
    package func observe(_ duration: Duration) {
        observe(nanoseconds: Self.nanoseconds(duration))
    }

    /// The same, for one that was never a `Duration`: its arithmetic is of 128 bits.
    package func observe(nanoseconds: UInt64) {
        // `le` is less or equal: a duration on a bound belongs below it.
        let bucket = bounds.firstIndex { nanoseconds <= $0 } ?? bounds.count
        buckets[bucket].add()
        sum.add(nanoseconds)
    }

    package func write(name: String, labels: [(String, String)], to text: inout MetricText) {
        var count: UInt64 = 0
        for (bucket, bound) in zip(buckets, bounds.map(Self.seconds) + ["+Inf"]) {
            count += bucket.value
            text.sample(name + "_bucket", labels: labels + [("le", bound)], value: String(count))
        }
        text.sample(name + "_sum", labels: labels, value: Self.seconds(sum.value))
        text.sample(name + "_count", labels: labels, value: String(count))
    }

    private static func nanoseconds(_ duration: Duration) -> UInt64 {
        // Some thirty years at most, so that the multiplication cannot trap.
        let (seconds, attoseconds) = min(max(duration, .zero), .seconds(1_000_000_000)).components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }

    /// Exact decimals: `0.0025`, `12`.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else { return String(whole) }
        var digits = String(String(rest + 1_000_000_000).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
