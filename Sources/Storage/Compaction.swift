import FHIR
import Synchronization

/// What the store's queue knows of its files beside the segment that grows.
struct Compaction {
    var base: StoreReader.BaseExtent?
    /// Segments that nothing is added to any more, in their order.
    var sealed: [StoreReader.Segment]
    /// The end of the last one.
    var boundary: StoreReader.Boundary
    var isRunning = false
    /// Bytes of segments from which on one that failed is tried again.
    var retry = 0

    init(_ reader: StoreReader) {
        base = reader.base
        sealed = reader.sealed
        boundary = reader.boundary
    }

    /// Bytes of the segments that nothing is added to.
    var sealedBytes: Int { sealed.reduce(0) { $0 + $1.bytes } }

    /// Bytes of segments from which on they are taken into a base.
    func limit(_ settings: CompactionSettings) -> Int {
        max(settings.least, min(base?.bytes ?? 0, settings.most), retry)
    }
}

/// Sealed segments on their way into a base.
struct CompactionPlan: Sendable {
    let folder: String
    let disk: any Disk
    let base: StoreReader.BaseExtent?
    let sealed: [StoreReader.Segment]
    let boundary: StoreReader.Boundary

    var path: String { "\(folder)/\(BaseFile.name(commits: boundary.position.sequence))" }

    /// Writes the new base beside the store, under the name of an unfinished one.
    ///
    /// Every line is held to its checksum once more on the way: damage must not be sealed anew as if it were sound.
    func write(_ rule: HistoryRule, while isWanted: @escaping @Sendable () -> Bool) throws(StorageError)
        -> CompactionReport
    {
        var tail: [TailVersion] = []
        var places: [LinePlace] = []
        var position = JournalPosition()
        if let base { position = JournalPosition(sequence: base.commits, running: LineChain(after: base.chain)) }
        for segment in sealed {
            let file = WantedFile(segment.file, while: isWanted)
            var reader = JournalReader(file, after: position)
            try reader.readAll { entry, line in
                for (index, version) in entry.versions.enumerated() {
                    tail.append(
                        TailVersion(
                            sequence: entry.sequence, key: version.key, version: version.version, place: places.count))
                    places.append(entry.place(of: index, in: file, line: line))
                }
                return nil
            } report: { flaw throws(StorageError) in
                throw .damaged(folder: folder, flaw)
            }
            if let flaw = reader.flawOfEnd(behind: position.sequence, isFollowed: true) {
                throw .damaged(folder: folder, flaw)
            }
            position = reader.position
        }
        try checkEnd(position)
        let new: any DiskFile
        do {
            new = WantedFile(try disk.open(path + StoreFiles.unfinished, for: .creating), while: isWanted)
        } catch {
            throw .writing(error)
        }
        let merge = Merge(rule: rule, tail: tail, into: new) {
            place throws(StorageError) in
            try places[place.place].load()
        }
        let report = try merge.write(
            over: base.map { WantedFile($0.file, while: isWanted) }, folder: folder,
            commits: boundary.position.sequence, time: boundary.time,
            chain: boundary.position.running.checksum)
        try readBack(new)
        return CompactionReport(
            versions: report.read, kept: report.kept,
            bytesBefore: sealed.reduce(base?.bytes ?? 0) { $0 + $1.bytes }, bytes: report.bytes)
    }

    /// Whole lines may have gone from the end since it was sealed, and nothing in the file tells.
    private func checkEnd(_ position: JournalPosition) throws(StorageError) {
        let end = boundary.position
        guard position.sequence != end.sequence || position.running.checksum != end.running.checksum else { return }
        let reason = "the segment ends with commit \(position.sequence), and was sealed with commit \(end.sequence)"
        throw .damaged(
            folder: folder, JournalFlaw(file: sealed.last?.file.path ?? folder, line: 1, reason: reason))
    }

    /// Goes through the new base as a start would, before any file goes that it was made of.
    private func readBack(_ new: any DiskFile) throws(StorageError) {
        var reader = BaseReader(new, of: boundary.position.sequence, isAhead: false)
        try reader.readAll { _, _ in
            nil
        } report: { flaw throws(StorageError) in
            throw .unavailable("the new base is not as it was written, and is not used: \(flaw)")
        }
    }
}

/// A file that gives and takes no more once nobody wants it: a store that closes does not wait for a whole base.
private final class WantedFile: DiskFile {
    private let file: any DiskFile
    private let isWanted: @Sendable () -> Bool

    init(_ file: any DiskFile, while isWanted: @escaping @Sendable () -> Bool) {
        self.file = file
        self.isWanted = isWanted
    }

    var path: String { file.path }

    func read(upTo count: Int, at offset: Int) throws(DiskFault) -> [UInt8] {
        try checkWish("pread")
        return try file.read(upTo: count, at: offset)
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(DiskFault) -> Int {
        try checkWish("pwrite")
        return try file.write(bytes, at: offset)
    }

    private func checkWish(_ call: String) throws(DiskFault) {
        guard isWanted() else { throw DiskFault(call: call, path: path, code: DiskFault.canceled) }
    }

    func truncate(to length: Int) throws(DiskFault) { try file.truncate(to: length) }
    func sync() throws(DiskFault) { try file.sync() }
    func isInPlace() throws(DiskFault) -> Bool { try file.isInPlace() }
    func lock() throws(DiskFault) -> Bool { try file.lock() }
}
