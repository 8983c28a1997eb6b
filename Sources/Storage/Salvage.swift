import FHIR
import JSON

/// Writes the sound versions of a damaged store into one base, in its order, each once.
///
/// The versions of the base are streamed, those of the segments are loaded one by one; neither is in memory. A number
/// of a version that is known to be lost is not given again: where the newest version of a resource is lost, the one
/// before it is put once more behind it. That is a delete where there is none before it, or the lost one was a delete.
struct Salvage {
    /// The key whose newest version is lost, the number that follows the lost one, and whether that was a delete.
    struct Successor {
        let key: ResourceKey
        let version: Int
        let isDelete: Bool
    }

    /// The number of the commit that makes the successors, and its time.
    let commit: (sequence: Int, time: Instant)
    private var writer: BaseWriter
    /// In the order of a base.
    private let tail: [TailVersion]
    private let places: [LinePlace]
    private var nextOfTail = 0
    /// In the order of keys.
    private let successors: [Successor]
    private var nextSuccessor = 0
    /// What is to be written next, unless a newer commit has the same version.
    private var waiting: (sequence: Int, version: StoredVersion)?
    private var written = 0

    init(
        _ tail: consuming [TailVersion], _ places: [LinePlace], successors: [Successor],
        commit: (sequence: Int, time: Instant), into file: any DiskFile
    ) {
        tail.sort { $0.precedes($1) }
        self.tail = tail
        self.places = places
        self.successors = successors.sorted { $0.key.precedes($1.key) }
        self.commit = commit
        writer = BaseWriter(file)
    }

    /// Writes all of it and syncs it.
    ///
    /// - Parameters:
    ///   - base: the damaged store's base, if it has one.
    ///   - unfit: versions that are not to be saved.
    ///   - commits: of the new store.
    /// - Returns: versions written, the successors included.
    consuming func write(
        over base: (any DiskFile)?, without unfit: Set<Loss.VersionName>, commits: Int, time: Instant?
    ) throws(StorageError) -> Int {
        if let base {
            var reader = BaseReader(base, isAhead: false)
            try reader.readAll { sequence, version throws(StorageError) in
                let name = Loss.VersionName(key: version.key, version: version.version)
                if !unfit.contains(name) { try offer(sequence, version) }
                return nil
            } report: { _ in
                // Known already, from the survey.
            }
        }
        try offerTail(before: nil)
        try flush(before: nil)
        do {
            try writer.finish(commits: commits, time: time, chain: Checksum())
        } catch {
            throw .disk(error)
        }
        return written
    }

    private mutating func offer(_ sequence: Int, _ version: StoredVersion) throws(StorageError) {
        try offerTail(before: Loss.VersionName(key: version.key, version: version.version))
        try take(sequence, version)
    }

    private mutating func offerTail(before name: Loss.VersionName?) throws(StorageError) {
        while nextOfTail < tail.count {
            let next = tail[nextOfTail]
            if let name, !next.key.precedes(name.key, versions: (next.version, name.version)) { return }
            nextOfTail += 1
            try take(next.sequence, try places[next.place].load())
        }
    }

    /// Takes the next version in the order of a base. Of two with one name the one of the newer commit counts.
    private mutating func take(_ sequence: Int, _ version: StoredVersion) throws(StorageError) {
        if let (before, same) = waiting, same.key == version.key, same.version == version.version {
            if sequence > before { waiting = (sequence, version) }
            return
        }
        try flush(before: version.key)
        waiting = (sequence, version)
    }

    /// Writes what waits, and the successors of all keys in front of `key`.
    private mutating func flush(before key: ResourceKey?) throws(StorageError) {
        let last = waiting
        waiting = nil
        if let last { try write(last.sequence, last.version) }
        if let last, last.version.key == key { return }
        try writeSuccessors(before: key, last: last?.version)
    }

    private mutating func writeSuccessors(before key: ResourceKey?, last: StoredVersion?) throws(StorageError) {
        while nextSuccessor < successors.count {
            let next = successors[nextSuccessor]
            if let key, !next.key.precedes(key) { return }
            nextSuccessor += 1
            var body: [UInt8]?
            if !next.isDelete, let last, last.key == next.key {
                body = try last.body.map { body throws(StorageError) in
                    try Self.stamped(body, last.key, version: next.version, at: commit.time)
                }
            }
            let version = StoredVersion(
                key: next.key, version: next.version, lastUpdated: commit.time, body: body, commit: commit.sequence)
            try write(commit.sequence, version)
        }
    }

    private mutating func write(_ sequence: Int, _ version: StoredVersion) throws(StorageError) {
        do { try writer.append(sequence: sequence, version) } catch { throw .disk(error) }
        written += 1
    }

    private static func stamped(
        _ body: [UInt8], _ key: ResourceKey, version: Int, at time: Instant
    ) throws(StorageError) -> [UInt8] {
        guard let object = try? JSONValue.parse(body.span, maximumDepth: JSONValue.nestingCeiling).object,
            let resource = try? Resource(object)
        else { throw .unavailable("\(key.text) changed while it was read; nothing was written") }
        return UnstampedResource(resource).stamped(version: version, lastUpdated: time)
    }
}
