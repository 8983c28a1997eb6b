import FHIR

/// What a merge did.
struct MergeReport: Equatable {
    /// Versions in the old base and the tail.
    var read = 0
    /// Versions in the new base.
    var kept = 0
    /// Of the new base.
    var bytes = 0
}

/// Makes a new base of the old one and the versions that sealed segments hold.
///
/// 1. The tail is sorted as a base is: of it only numbers and places are in memory.
/// 2. The old base is streamed; each key of the tail finds its place in that stream.
/// 3. Of each key the rule keeps the last versions. Those of the old base are held back only as far as the rule may
///    drop them, and those of the tail are loaded one by one, unless they are dropped.
struct Merge {
    typealias Load = (TailVersion) throws(StorageError) -> StoredVersion

    private let rule: HistoryRule
    private let load: Load
    /// In the order of a base.
    private let tail: [TailVersion]
    /// The first of the tail that is not dealt with.
    private var next = 0
    private var writer: BaseWriter
    private var report = MergeReport()
    /// The key that is dealt with, and those of its versions in the old base that may be kept.
    private var key: ResourceKey?
    private var held: [(sequence: Int, version: StoredVersion)] = []
    /// What was written last.
    private var last: (key: ResourceKey, version: Int)?
    /// The greatest number of a commit among what was written.
    private var newest = 0

    /// - Parameters:
    ///   - tail: in any order. Handed over (`consume`), it is sorted in its place, with half of its size beside it.
    ///   - load: finds a version of the tail; is asked for each at most once, in the order of a base.
    ///   - file: takes the new base.
    init(rule: HistoryRule, tail: consuming [TailVersion], into file: any DiskFile, load: @escaping Load) {
        self.rule = rule
        self.load = load
        tail.sort { $0.precedes($1) }
        self.tail = tail
        writer = BaseWriter(file)
    }

    /// Writes the new base and syncs it. What fails leaves an unfinished file, which the caller removes.
    ///
    /// - Parameters:
    ///   - base: the old base, if there is one.
    ///   - folder: of the store, for messages.
    ///   - commits: the new base holds what is kept of commits 1 to this one.
    ///   - time: of that commit; nil where there is none.
    ///   - chain: the journal's running checksum behind it.
    /// - Throws: `damaged` and `unknownFormat` for the old base, `disk`, what `load` throws, and `unavailable` when
    ///   base and tail do not belong together.
    consuming func write(
        over base: (any DiskFile)?, folder: String, commits: Int, time: Instant?, chain: Checksum
    ) throws(StorageError) -> MergeReport {
        if let base {
            var reader = BaseReader(base, isAhead: false)
            try reader.readAll { sequence, version throws(StorageError) in
                try take(sequence, version)
                return nil
            } report: { flaw throws(StorageError) in
                throw .damaged(folder: folder, flaw)
            }
        }
        try finishKey()
        try finishTail(before: nil)
        guard newest <= commits else {
            throw .unavailable("commit \(newest) is not one of the first \(commits); no base was made")
        }
        do { try writer.finish(commits: commits, time: time, chain: chain) } catch { throw .writing(error) }
        report.bytes = writer.length
        return report
    }

    /// Takes the next version of the old base.
    private mutating func take(_ sequence: Int, _ version: StoredVersion) throws(StorageError) {
        if version.key != key {
            try finishKey()
            try finishTail(before: version.key)
            key = version.key
        }
        report.read += 1
        // Where all are kept none has to wait for those behind it.
        guard rule != .all else { return try write(sequence, version) }
        held.append((sequence, version))
        held.removeFirst(held.count - rule.kept(of: held.count))
    }

    /// Deals with the keys of the tail below `key`, all of which are not in the old base.
    private mutating func finishTail(before key: ResourceKey?) throws(StorageError) {
        while next < tail.count, key.map({ tail[next].key.precedes($0) }) ?? true {
            self.key = tail[next].key
            try finishKey()
        }
    }

    /// Writes what is kept of the versions held and of those of the same key in the tail.
    private mutating func finishKey() throws(StorageError) {
        let newer = tail[next...].prefix { $0.key == key }
        next = newer.endIndex
        report.read += newer.count
        let dropped = held.count + newer.count - rule.kept(of: held.count + newer.count)
        for (sequence, version) in held.dropFirst(dropped) { try write(sequence, version) }
        for place in newer.dropFirst(max(0, dropped - held.count)) {
            let version = try load(place)
            guard version.key == place.key, version.version == place.version else {
                throw .unavailable(
                    "version \(version.version) of \(version.key.text) was read where version \(place.version) of "
                        + "\(place.key.text) belongs; no base was made")
            }
            try write(place.sequence, version)
        }
        held.removeAll(keepingCapacity: true)
    }

    private mutating func write(_ sequence: Int, _ version: StoredVersion) throws(StorageError) {
        if let last, !last.key.precedes(version.key, versions: (last.version, version.version)) {
            throw .unavailable(
                "version \(version.version) of \(version.key.text) is in the journal and in the base before it; "
                    + "no base was made")
        }
        last = (version.key, version.version)
        newest = max(newest, sequence)
        do { try writer.append(sequence: sequence, version) } catch { throw .writing(error) }
        report.kept += 1
    }
}
