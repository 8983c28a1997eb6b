import FHIR

/// A set of ids in the order of their bytes, in runs of bounded length: a change moves 32 KiB at most, however many
/// ids there are, since readers wait for it.
struct OrderedIDs {
    private(set) var count: Int
    /// None is empty; every id of one is below every id of the next.
    private var runs: [[LogicalID]]

    private static let longestRun = 512

    init(_ ids: [LogicalID] = []) {
        let ids = ids.sorted()
        count = ids.count
        // Half full, so that what is added next splits none.
        runs = stride(from: 0, to: ids.count, by: Self.longestRun / 2).map { start in
            [LogicalID](ids[start...].prefix(Self.longestRun / 2))
        }
    }

    /// Adds an id that is not there.
    mutating func insert(_ id: LogicalID) {
        count += 1
        guard !runs.isEmpty else {
            runs = [[id]]
            return
        }
        let run = max(0, runs.firstPlace { $0[0] > id } - 1)
        runs[run].insert(id, at: runs[run].firstPlace { $0 > id })
        guard runs[run].count > Self.longestRun else { return }
        let upper = [LogicalID](runs[run][(Self.longestRun / 2)...])
        runs[run].removeSubrange((Self.longestRun / 2)...)
        runs.insert(upper, at: run + 1)
    }

    /// Removes an id that is there.
    mutating func remove(_ id: LogicalID) {
        let run = runs.firstPlace { $0[0] > id } - 1
        guard run >= 0, let place = runs[run].firstIndex(of: id) else { return }
        count -= 1
        runs[run].remove(at: place)
        if runs[run].isEmpty { runs.remove(at: run) }
    }

    /// Up to `limit` ids, from the first behind `after`.
    func page(after: LogicalID?, limit: Int) -> [LogicalID] {
        var page: [LogicalID] = []
        var run = after.map { after in max(0, runs.firstPlace { $0[0] > after } - 1) } ?? 0
        var place = after.map { after in run < runs.count ? runs[run].firstPlace { $0 > after } : 0 } ?? 0
        while run < runs.count, page.count < limit {
            page += runs[run][place...].prefix(limit - page.count)
            (run, place) = (run + 1, 0)
        }
        return page
    }
}

extension Array {
    /// The first place where `holds` is true, which from there on it must always be.
    fileprivate func firstPlace(_ holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
