internal import Synchronization

/// The `Date` field line of the current second, and the lines that all responses have behind it: made once for all in
/// that second.
final class DateLine: Sendable {
    private let others: [UInt8]
    private let now: @Sendable () -> Int64
    private let last = Mutex((second: Int64.min, lines: [UInt8]()))

    /// - Parameter now: the seconds since the epoch.
    init(before others: [UInt8] = [], now: @escaping @Sendable () -> Int64) {
        self.others = others
        self.now = now
    }

    /// The `Date` field line, and nothing behind it.
    var alone: [UInt8] { bytes.dropLast(others.count) }

    var bytes: [UInt8] {
        let second = now()
        return last.withLock { last in
            if last.second != second {
                last.second = second
                last.lines = []
                last.lines.append(FieldName.date.lineStart)
                HTTPDate(secondsSinceEpoch: second).write(to: &last.lines)
                last.lines.endLine()
                last.lines += others
            }
            return last.lines
        }
    }
}
