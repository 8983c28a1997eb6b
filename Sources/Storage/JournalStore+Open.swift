package import FHIR

/// What opening a store found.
package struct Recovery: Sendable, Equatable {
    /// The journal's path.
    package let file: String
    package let commits: Int
    /// Resources that are not deleted.
    package let resources: Int
    /// Bytes cut off the end: the beginning of a write that was never acknowledged. Worth a line in the log unless 0.
    package let cutBytes: Int
}

extension JournalStore {
    /// Commits that may wait for the disk; one more is `overloaded`.
    package static let defaultWaitingLimit = 4_096

    /// Opens the store in `folder`, reading all of it; blocks as long as that takes.
    ///
    /// 1. Makes the folder, and those above it, if it is missing (with `create`).
    /// 2. Takes the lock.
    /// 3. Reads base and segments; any damage ends it here, with nothing changed.
    /// 4. Writes the header of a new journal, or cuts a torn tail.
    /// 5. Writes the last batch once more, and syncs the last segment, the folder and the folders above: what was read
    ///    may so far be in the kernel's memory only, left there by a process that was killed before its sync, or after
    ///    one that failed.
    /// 6. Removes what an interrupted compaction has left.
    ///
    /// - Parameters:
    ///   - waitingLimit: commits that may wait for the disk; one more is `overloaded`.
    ///   - create: without it a folder that holds no store is `missing`.
    ///   - compaction: when segments are taken into a base, and what of them.
    ///   - changed: is told whenever the store begins to refuse writes, for another reason, or takes them again.
    /// - Throws: `locked`, `missing`, `unknownFormat`, `damaged`, `disk`.
    package static func open(
        _ folder: String, disk: any Disk = SystemDisk(), create: Bool = true, waitingLimit: Int = defaultWaitingLimit,
        compaction: CompactionSettings = CompactionSettings(),
        changed: @escaping @Sendable (StoreCondition) -> Void = { _ in }, clock: @escaping @Sendable () -> Instant
    ) throws(StorageError) -> (store: JournalStore, recovery: Recovery) {
        if create {
            try onDisk { () throws(DiskFault) in try disk.makeFolders(folder) }
        } else {
            _ = try StoreReader(folder, disk: disk, for: .reading)
        }
        var lock = try FolderLock(folder: folder, disk: disk)
        var reader = try StoreReader(folder, disk: disk, for: create ? .creating : .writing)
        let file = reader.lastFile
        try lock.hold(file.path, on: disk, in: folder)

        var versions = IndexBuilder()
        var past = Past(reader)
        try reader.readAll { version, isInBase in
            let before = versions.add(version)
            guard !isInBase else { return nil }
            if let before { past.note(before) }
            return version.objection(after: before?.version)
        } report: { flaw throws(StorageError) in
            throw .damaged(folder: folder, flaw)
        }

        try onDisk { () throws(DiskFault) in
            try reader.last.mend()
            try file.sync()
            try disk.syncFolder(folder)
            for above in ancestors(of: folder) {
                do throws(DiskFault) { try disk.syncFolder(above) } catch  where error.isDenied { continue }
            }
        }

        // What cannot be removed now is removed at a later start.
        for name in reader.leftovers { try? disk.remove("\(folder)/\(name)") }
        past.settle(reader)
        let index = versions.finish()
        let recovery = Recovery(
            file: file.path, commits: reader.last.sequence, resources: index.count, cutBytes: reader.last.tornTail)
        let store = JournalStore(
            folder, on: disk, index: index, past: past, from: reader, lock: lock, waitingLimit: waitingLimit,
            compaction: compaction, health: StoreHealth(changed: changed), clock: clock)
        return (store, recovery)
    }

    private static func onDisk(_ work: () throws(DiskFault) -> Void) throws(StorageError) {
        do { try work() } catch { throw .disk(error) }
    }
}

extension Disk {
    /// Makes a folder and those above it that are missing.
    fileprivate func makeFolders(_ path: String) throws(DiskFault) {
        do throws(DiskFault) {
            _ = try makeFolder(path)
        } catch  where error.isMissing {
            guard let above = ancestors(of: path).first else { throw error }
            try makeFolders(above)
            _ = try makeFolder(path)
        }
    }
}

/// The folders above a path, the nearest first, as far as the path names them; `.` for the first of a relative one.
func ancestors(of path: String) -> [String] {
    let isAbsolute = path.hasPrefix("/")
    let names = path.split(separator: "/").filter { $0 != "." }
    return names.indices.reversed().map { end in
        let above = names[..<end].joined(separator: "/")
        return isAbsolute ? "/" + above : above.isEmpty ? "." : above
    }
}
