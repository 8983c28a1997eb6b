import Glibc

/// One line on a terminal that says how far a load has come, written anew at most twice a second and erased at the end.
final class ProgressLine {
    static let interval = Duration.milliseconds(500)

    private let size: Int?
    private let now: () -> ContinuousClock.Instant
    private let write: (String) -> Void
    private let start: ContinuousClock.Instant
    private var next: ContinuousClock.Instant
    /// Characters that stand on the terminal.
    private var width = 0

    /// - Parameter size: bytes there are in all, where that is known.
    init(
        size: Int?, now: @escaping () -> ContinuousClock.Instant = { ContinuousClock.now },
        write: @escaping (String) -> Void = { say($0, to: STDERR_FILENO) }
    ) {
        self.size = size
        self.now = now
        self.write = write
        start = now()
        next = start + Self.interval
    }

    /// Says so when half a second has passed since it did last.
    func show(_ lines: Int, bytes: Int) {
        let time = now()
        guard time >= next else { return }
        next = time + Self.interval
        let text = self.text(lines, bytes, after: time - start)
        // What the line before had more is overwritten; no terminal needs to know more than a carriage return.
        let rest = String(repeating: " ", count: max(0, width - text.count))
        write("\r\(text)\(rest)")
        width = text.count
    }

    func erase() {
        guard width > 0 else { return }
        write("\r\(String(repeating: " ", count: width))\r")
        width = 0
    }

    private func text(_ lines: Int, _ bytes: Int, after time: Duration) -> String {
        var amount = "\(bytes / 1_000_000)"
        if let size, size > 0 {
            amount += " of \(size / 1_000_000) MB (\(min(100, bytes * 100 / size)) %)"
        } else {
            amount += " MB"
        }
        return "\(lines) lines, \(amount), \(Int(Double(lines) / (time / .seconds(1)))) lines a second"
    }
}
