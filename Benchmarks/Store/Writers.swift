import Storage

extension StoreBench {
    /// Ids the writers share out; each keeps to its own, as clients of a server mostly do.
    private static let idsOfAWriter = 64

    /// Prints commits, nanoseconds of all, and nanoseconds of one: the median and the 99th percentile.
    static func write(_ folder: String, writers: Int, for time: Duration) async throws {
        let store = try open(folder)
        // Made before: what is measured is the store.
        let changes = try (0..<(writers * idsOfAWriter)).map { try SampleClient.put($0) }
        let begin = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for writer in 0..<writers {
                let own = changes[(writer * idsOfAWriter)..<((writer + 1) * idsOfAWriter)]
                group.addTask {
                    var times: [Duration] = []
                    var last = ContinuousClock.now
                    while last < begin + time {
                        _ = try await store.commit(own[own.startIndex + times.count % own.count])
                        let now = ContinuousClock.now
                        times.append(now - last)
                        last = now
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }.sorted()
        let all = ContinuousClock.now - begin
        tell(
            times.count, Int(all / .nanoseconds(1)), Int(times[times.count / 2] / .nanoseconds(1)),
            Int(times[times.count * 99 / 100] / .nanoseconds(1)))
        await store.close()
    }
}
