internal import Synchronization

/// The `Date` field line of the current second, made once for all responses in it.
final class DateLine: Sendable {
    private let now: @Sendable () -> Int64
    private let last = Mutex((second: Int64.min, line: [UInt8]()))

    /// - Parameter now: the seconds since the epoch.
    init(now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    var bytes: [UInt8] {
        let second = now()
        return last.withLock { last in
            if last.second != second {
                last.second = second
                last.line.removeAll(keepingCapacity: true)
                last.line.append(FieldName.date.lineStart)
                HTTPDate(secondsSinceEpoch: second).write(to: &last.line)
                last.line.endLine()
            }
            return last.line
        }
    }
}
