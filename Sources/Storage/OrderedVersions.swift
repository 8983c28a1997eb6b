import FHIR

/// Versions of one type in the order of their ids' bytes, one of each id, in runs of bounded length: a change moves 32
/// KiB at most among a million, since readers wait for it.
struct OrderedVersions {
    private(set) var count: Int
    /// None is empty; every id of one is below every id of the next.
    private var runs: [[StoredVersion]]

    private static let longestRun = 512

    init(_ versions: [StoredVersion] = []) {
        let versions = versions.sortedByID()
        count = versions.count
        // Half full, so that what is added next splits none.
        runs = stride(from: 0, to: versions.count, by: Self.longestRun / 2).map { start in
            [StoredVersion](versions[start...].prefix(Self.longestRun / 2))
        }
    }

    /// Adds a version whose id is not there.
    mutating func insert(_ version: StoredVersion) {
        count += 1
        guard !runs.isEmpty else {
            runs = [[version]]
            return
        }
        let id = version.key.id
        let run = self.run(of: id)
        runs[run].insert(version, at: runs[run].firstPlace { $0.key.id > id })
        guard runs[run].count > Self.longestRun else { return }
        let upper = [StoredVersion](runs[run][(Self.longestRun / 2)...])
        runs[run].removeSubrange((Self.longestRun / 2)...)
        runs.insert(upper, at: run + 1)
    }

    /// Puts a version in the place of the one that is there with its id.
    mutating func replace(with version: StoredVersion) {
        guard let (run, place) = place(of: version.key.id) else { return }
        runs[run][place] = version
    }

    /// Removes the version that is there with this id.
    mutating func remove(_ id: LogicalID) {
        guard let (run, place) = place(of: id) else { return }
        count -= 1
        runs[run].remove(at: place)
        if runs[run].isEmpty { runs.remove(at: run) }
    }

    /// Up to `limit` versions, from the first behind `after`.
    func page(after: LogicalID?, limit: Int) -> [StoredVersion] {
        var page: [StoredVersion] = []
        var (run, place) = (0, 0)
        if let after, !runs.isEmpty {
            run = self.run(of: after)
            place = runs[run].firstPlace { $0.key.id > after }
        }
        while run < runs.count, page.count < limit {
            page += runs[run][place...].prefix(limit - page.count)
            (run, place) = (run + 1, 0)
        }
        return page
    }

    /// The run where an id is, or belongs.
    private func run(of id: LogicalID) -> Int { max(0, runs.firstPlace { $0[0].key.id > id } - 1) }

    private func place(of id: LogicalID) -> (run: Int, place: Int)? {
        let run = self.run(of: id)
        guard run < runs.count else { return nil }
        let place = runs[run].firstPlace { $0.key.id >= id }
        return place < runs[run].count && runs[run][place].key.id == id ? (run, place) : nil
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

extension [StoredVersion] {
    /// In ascending order of their ids.
    fileprivate func sortedByID() -> [StoredVersion] {
        places([Int](indices), sortedByIDFromWord: 0).map { self[$0] }
    }

    /// Sorts places of versions whose ids differ behind the first `word` words only. A word is compared where it lies
    /// beside its place: to go to each version for each comparison would take a million of them a second and more.
    private func places(_ places: [Int], sortedByIDFromWord word: Int) -> [Int] {
        let sorted = places.map { (word: self[$0].key.id.words[word], place: $0) }.sorted { $0.word < $1.word }
        var result: [Int] = []
        result.reserveCapacity(sorted.count)
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, sorted[end].word == sorted[start].word { end += 1 }
            if end - start == 1 {
                result.append(sorted[start].place)
            } else {
                result += self.places(sorted[start..<end].map(\.place), sortedByIDFromWord: word + 1)
            }
            start = end
        }
        return result
    }
}
