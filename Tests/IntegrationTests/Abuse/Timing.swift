/// How long each of many pieces of work took.
struct Timing: CustomStringConvertible {
    private let sorted: [Duration]

    init(_ count: Int, _ work: () throws -> Void) rethrows {
        let clock = ContinuousClock()
        sorted = try (0..<count).map { _ in try clock.measure(work) }.sorted()
    }

    /// The time within which this part of them was done, from 0 to 1.
    func percentile(_ part: Double) -> Duration {
        sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
    }

    var description: String {
        let texts = [("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("worst", 1.0)].map { name, part in
            "\(name) \(Int(percentile(part) / .microseconds(1))) µs"
        }
        return texts.joined(separator: ", ")
    }
}
