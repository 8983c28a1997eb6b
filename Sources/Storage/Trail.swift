import FHIR

/// Where the versions of one resource are, at the moment of a look. A compaction later changes nothing of that: its
/// files are open, and stay readable until they are closed.
struct Trail: Sendable {
    /// A version in a segment.
    struct Place: Sendable {
        let version: Int
        /// The number of the commit that made it.
        let commit: Int
        let lines: SortedLines
    }

    let current: StoredVersion
    /// Of the superseded versions in segments those that are wanted, the newest first.
    let places: [Place]
    let base: SortedLines?
    /// The number of the newest version that is in the base and is not `current`; 0 where there is none.
    let newestInBase: Int

    /// Lines of the base that are read in a row before those behind them.
    private static let row = 16

    /// The version of this number, from 1 to that of the current one; nothing where it is not kept.
    ///
    /// - Throws: `disk`, and `unreadable` where a line is not as it was written.
    func version(_ number: Int) throws(StorageError) -> StoredVersion? {
        if number == current.version { return current }
        if let place = places.first(where: { $0.version == number }) { return try read(place) }
        return try read(number...number).first
    }

    /// A page of those that are kept.
    ///
    /// - Throws: the same.
    func history(_ page: HistoryPage) throws(StorageError) -> History {
        var page = page
        var history = History(oldest: try oldest(), newest: current.version)
        page.add(current, to: &history)
        for place in places where !page.isFull { page.add(try read(place), to: &history) }
        var next = min(newestInBase, page.newest)
        while next >= history.oldest, !page.isFull {
            // A repaired store may lack any number of versions here.
            next = try newest(upTo: next, from: history.oldest)
            let first = max(history.oldest, next - Self.row + 1)
            for version in try read(first...next).reversed() { page.add(version, to: &history) }
            next = first - 1
        }
        return history
    }

    /// The number of the oldest version that is kept.
    private func oldest() throws(StorageError) -> Int {
        var oldest = newestInBase + 1
        guard newestInBase > 0 else { return oldest }
        try walk(from: 1) { version in
            oldest = version.version
            return false
        }
        return oldest
    }

    /// The number of the newest version in the base that is not above `limit`, of which that of the oldest, which is
    /// there, is one.
    private func newest(upTo limit: Int, from oldest: Int) throws(StorageError) -> Int {
        var (low, high) = (oldest, limit)
        while low < high {
            let middle = high - (high - low) / 2
            var found = middle
            try walk(from: middle) { version in
                found = version.version
                return false
            }
            if found <= high { low = found } else { high = middle - 1 }
        }
        return low
    }

    private func read(_ place: Place) throws(StorageError) -> StoredVersion {
        var found: StoredVersion?
        try place.lines.forEach {
            $0.sequence < place.commit
        } _: { entry in
            guard entry.sequence == place.commit else { return false }
            found = entry.versions.first { $0.key == current.key && $0.version == place.version }
            return false
        }
        guard let found else { throw missing(place.version, in: place.lines) }
        return found
    }

    /// Those of these versions that the base has, in ascending order.
    private func read(_ numbers: ClosedRange<Int>) throws(StorageError) -> [StoredVersion] {
        guard numbers.upperBound <= newestInBase else { return [] }
        var found: [StoredVersion] = []
        try walk(from: numbers.lowerBound) { version in
            if version.version <= numbers.upperBound { found.append(version) }
            return version.version < numbers.upperBound
        }
        return found
    }

    /// Hands the versions in the base from `number` on, of which there must be one, to `take` until it wants no more.
    private func walk(from number: Int, _ take: (StoredVersion) -> Bool) throws(StorageError) {
        guard let base else { return }
        var isThere = false
        try base.forEach {
            $0.only.map { $0.key.precedes(current.key, versions: ($0.version, number)) } ?? false
        } _: { entry in
            guard let version = entry.only, version.key == current.key else { return false }
            isThere = true
            return take(version)
        }
        guard isThere else { throw missing(newestInBase, in: base) }
    }

    private func missing(_ number: Int, in lines: SortedLines) -> StorageError {
        lines.fault(at: nil, "version \(number) of \(current.key.text) is not where it was written")
    }
}
