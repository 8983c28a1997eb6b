import FHIR

/// Where the versions are that newer ones have superseded: in files, and in no memory any more.
///
/// * In the base they are found by key and number, the order of its lines, and nothing is in memory of them.
/// * In segments they are found by the number of the commit that made them: 8 bytes each.
///
/// Those of a key that are in segments are its last ones, without a gap. All before them are in the base, as many as
/// the rule has kept, the last of them always.
struct Past {
    struct Segment {
        /// It goes on behind this commit.
        let behind: Int
        let file: any DiskFile
        /// Bytes that are durable.
        fileprivate(set) var length = 0
        /// The commits of superseded versions, in their order.
        fileprivate(set) var commits: [ResourceKey: [Int]] = [:]

        init(behind: Int, file: any DiskFile, length: Int = 0) {
            (self.behind, self.file, self.length) = (behind, file, length)
        }
    }

    private var base: StoreReader.BaseExtent?
    /// In their order; the last one grows.
    private var segments: [Segment]

    /// Of a store whose files are about to be read.
    init(_ reader: StoreReader) {
        segments = reader.segments.map { Segment(behind: $0.behind, file: $0.file) }
    }

    /// Takes from who has read them how far the files go.
    mutating func settle(_ reader: StoreReader) {
        base = reader.base
        for (place, segment) in reader.sealed.enumerated() { segments[place].length = segment.bytes }
        grow(to: reader.last.length)
    }

    /// Remembers a version that is about to have a newer one in its place.
    mutating func note(_ superseded: StoredVersion) {
        guard let place = segments.lastIndex(where: { $0.behind < superseded.commit }) else { return }
        segments[place].commits[superseded.key, default: []].append(superseded.commit)
    }

    /// The last segment has so many durable bytes now.
    mutating func grow(to length: Int) { segments[segments.count - 1].length = length }

    /// Another segment is the last one from now on.
    mutating func begin(_ segment: Segment) { segments.append(segment) }

    /// A new base is in the place of the old one and of the first segments.
    ///
    /// - Returns: those, for the caller to let go of when no reader waits for it.
    mutating func adopt(_ new: StoreReader.BaseExtent, insteadOf count: Int) -> [Segment] {
        base = new
        defer { segments.removeFirst(count) }
        return Array(segments.prefix(count))
    }

    /// Where to find versions of the resource whose newest one is `current`: from the number `newest` down, of those in
    /// segments so many at most.
    func trail(of current: StoredVersion, from newest: Int, versions count: Int) -> Trail {
        var places: [Trail.Place] = []
        // Of the newest version that was not gone past.
        var number = current.version - 1
        for segment in segments.reversed() {
            guard let commits = segment.commits[current.key] else { continue }
            let lines = SortedLines(file: segment.file, length: segment.length)
            // A key may have a great many, and all readers wait meanwhile.
            var age = max(0, number - newest)
            while age < commits.count, places.count < count {
                let commit = commits[commits.count - 1 - age]
                places.append(Trail.Place(version: number - age, commit: commit, lines: lines))
                age += 1
            }
            number -= commits.count
        }
        let lines = base.map { SortedLines(file: $0.file, length: $0.bytes) }
        return Trail(current: current, places: places, base: lines, newestInBase: number)
    }
}
