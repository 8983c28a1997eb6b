internal import Synchronization

/// The `Date` field line of the current second, and the lines that all responses have behind it: made once for all in
/// that second.
final class DateLine: Sendable {
    /// Bytes of the `Date` field line.
    private static let count = FieldName.date.lineStart.utf8CodeUnitCount + HTTPDate.count + 2

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
                last.lines = [UInt8](capacity: Self.count) { line in
                    line.append(FieldName.date.lineStart)
                    HTTPDate(secondsSinceEpoch: second).write(to: &line)
                    line.endLine()
                }
                last.lines += others
            }
            return last.lines
        }
    }
}
