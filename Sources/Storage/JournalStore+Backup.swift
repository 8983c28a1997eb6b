import FHIR

/// What a backup holds.
package struct BackupReport: Sendable, Equatable {
    package let commits: Int
    /// Resources that are not deleted.
    package let resources: Int
    /// Of all files.
    package let bytes: Int
    /// Sound lines whose body is no resource that a store may hold: a start takes them, and so they are in it.
    package let findings: [JournalFlaw]
}

extension JournalStore {
    /// Copies the store in `folder` into a new folder, beside a server or without one. Nothing is locked, held up or
    /// changed in the store.
    ///
    /// 1. All files of the store are opened at once, so that a compaction cannot take one away.
    /// 2. They are copied as they are. What is just being written at the end of the last one is cut off the copy.
    /// 3. The copy is read as a start reads it, synced, and read as `verify` does, before it gets its name.
    ///
    /// A write that is taken back while it is copied looks like damage: the copy is then made once more, three times in
    /// all.
    ///
    /// - Parameter target: must not be there; the folder above it must.
    /// - Throws: `occupied`, `missing`, `unknownFormat`, `damaged` with the place in the store, `disk`; then there is
    ///   no target, unless the error says so.
    package static func backup(
        _ folder: String, to target: String, disk: any Disk = SystemDisk()
    ) throws(StorageError) -> BackupReport {
        // Where there is no store, nothing is made.
        _ = try OpenedFiles(folder, disk: disk, for: .reading, isWhole: false)
        let draft = FolderDraft(target, on: disk)
        return try draft.make(outside: folder, mayBeEmpty: false) { path throws(StorageError) in
            var attempts = 3
            while true {
                attempts -= 1
                let files = try OpenedFiles(folder, disk: disk, for: .reading)
                do throws(StorageError) {
                    return try copy(files, to: path, disk: disk)
                } catch .damaged(_, let flaw) {
                    let name = flaw.file.split(separator: "/").last.map(String.init) ?? flaw.file
                    // Only the last segment changes.
                    let isLast = name == files.names.segments.last.map { StoreFiles.segment(behind: $0) }
                    guard isLast, attempts > 0 else {
                        let flaw = JournalFlaw(file: "\(folder)/\(name)", line: flaw.line, reason: flaw.reason)
                        throw .damaged(folder: folder, flaw)
                    }
                    try draft.clear(path)
                }
            }
        }
    }

    private static func copy(
        _ files: OpenedFiles, to path: String, disk: any Disk
    ) throws(StorageError) -> BackupReport {
        var copies: [any DiskFile] = []
        var lengths: [Int] = []
        do throws(DiskFault) {
            for file in [files.base].compactMap(\.self) + files.segments.map(\.file) {
                let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
                let copy = try disk.open("\(path)/\(name)", for: .creating)
                lengths.append(try copy.fill(from: file))
                copies.append(copy)
            }
        } catch {
            throw .disk(error)
        }
        var reader = try StoreReader(path, disk: disk, for: .writing)
        try reader.readAll { _, _ in
            nil
        } report: { flaw throws(StorageError) in
            throw .damaged(folder: path, flaw)
        }
        do throws(DiskFault) {
            try reader.last.mend()
            for copy in copies { try copy.sync() }
        } catch {
            throw .disk(error)
        }
        let report = try verify(path, readOnly: true, disk: disk)
        // A literal secret, say: a start takes it.
        if let flaw = report.findings.first(where: { !$0.isOfBody }) { throw .damaged(folder: path, flaw) }
        return BackupReport(
            commits: reader.last.sequence, resources: report.resources,
            bytes: lengths.dropLast().reduce(reader.last.length, +), findings: report.findings)
    }
}

extension DiskFile {
    /// Bytes copied at a time.
    private static var piece: Int { 1 << 20 }

    /// Writes all of another file into this one, which is empty, and says how many bytes that are.
    fileprivate func fill(from other: any DiskFile) throws(DiskFault) -> Int {
        var offset = 0
        while true {
            let piece = try other.read(upTo: Self.piece, at: offset)
            guard !piece.isEmpty else { return offset }
            try writeAll(piece.span, at: offset)
            offset += piece.count
        }
    }
}
