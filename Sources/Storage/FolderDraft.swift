/// Makes a folder that appears under its name whole, or not at all.
///
/// 1. A folder beside it, under another name, is made and locked. What a process that ended has left in it goes.
/// 2. It is filled, and whoever fills it syncs the files.
/// 3. It is synced, gets its name, and the folder above is synced.
///
/// What fails before the name is given leaves nothing, as far as that can be removed.
struct FolderDraft {
    /// The name of the folder to be.
    let target: String
    private let disk: any Disk

    /// Of the folder while it is filled. No folder of anybody else is named so.
    private static let suffix = ".keyward-unfinished"

    /// An empty file that says of a folder that it is a draft: what else has its name is somebody's, and stays.
    private static let mark = "unfinished"

    private var path: String { target + Self.suffix }
    private var marked: String { "\(path)/\(Self.mark)" }

    init(_ target: String, on disk: any Disk) {
        var name = target[...]
        while name.count > 1, name.hasSuffix("/") { name.removeLast() }
        self.target = String(name)
        self.disk = disk
    }

    /// Fills the folder and gives it its name.
    ///
    /// - Parameters:
    ///   - store: a folder that must not be around this one.
    ///   - mayBeEmpty: the target may be there, as long as nothing is in it.
    ///   - fill: is given the path to write to; syncs what it writes.
    /// - Throws: `occupied` where the target is there already, `locked` while another process fills it, `disk`, and
    ///   what `fill` throws.
    func make<Report>(
        outside store: String, mayBeEmpty: Bool, _ fill: (_ path: String) throws(StorageError) -> Report
    ) throws(StorageError) -> Report {
        try refuseOccupied(mayBeEmpty: mayBeEmpty)
        try refuseForeign()
        let lock = try lockedFolder()
        return try withExtendedLifetime(lock) { _ throws(StorageError) in
            let report: Report
            do throws(StorageError) {
                try refuseInside(store)
                try clear(path)
                do throws(DiskFault) {
                    _ = try disk.open(marked, for: .creating)
                    try disk.syncFolder(path)
                } catch {
                    throw .writing(error)
                }
                report = try fill(path)
                do throws(DiskFault) {
                    try disk.syncFolder(path)
                    try disk.rename(path, to: target)
                } catch {
                    throw .disk(error)
                }
            } catch {
                discard()
                throw error
            }
            do throws(DiskFault) {
                try disk.syncFolder(ancestors(of: target).first ?? "/")
            } catch {
                throw .unavailable("\(target) is whole, but a power cut may still undo its name: \(error)")
            }
            // Where it stays, it does no harm.
            try? disk.remove("\(target)/\(Self.mark)")
            return report
        }
    }

    private func lockedFolder() throws(StorageError) -> FolderLock {
        let isMade: Bool
        do { isMade = try disk.makeFolder(path) } catch { throw .disk(error) }
        do throws(StorageError) {
            return try FolderLock(folder: path, disk: disk)
        } catch {
            // Unless another process has it.
            if isMade, case .disk = error { discardEmpty() }
            throw error
        }
    }

    /// A folder that has the draft's name already is one that an ended process has left, or is not touched.
    private func refuseForeign() throws(StorageError) {
        let names: [String]
        do throws(DiskFault) {
            names = try disk.names(in: path)
        } catch {
            guard error.isMissing else { throw .disk(error) }
            return
        }
        guard names.contains(Self.mark) || names.allSatisfy({ $0 == Journal.lockName }) else {
            throw .occupied(folder: path, "is there, and nothing that an ended copy has left; name another folder")
        }
    }

    /// Removes all files of the draft but its lock and its mark.
    func clear(_ path: String) throws(StorageError) {
        do throws(DiskFault) {
            for name in try disk.names(in: path) where ![Journal.lockName, Self.mark].contains(name) {
                try disk.remove("\(path)/\(name)")
            }
        } catch {
            throw .disk(error)
        }
    }

    private func refuseOccupied(mayBeEmpty: Bool) throws(StorageError) {
        let names: [String]
        do throws(DiskFault) {
            names = try disk.names(in: target)
        } catch {
            guard error.isMissing else { throw .disk(error) }
            return
        }
        if !mayBeEmpty { throw .occupied(folder: target, "is there already; name a folder that is not") }
        guard names.isEmpty else {
            throw .occupied(folder: target, "is not empty; name a folder that is, or one that is not there")
        }
    }

    /// Whatever links lead where: when the draft is in the store, the store's folder has its name.
    private func refuseInside(_ store: String) throws(StorageError) {
        let names: [String]
        do throws(DiskFault) { names = try disk.names(in: store) } catch { throw .disk(error) }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard !names.contains(name) else {
            throw .occupied(folder: target, "would be in the folder of the store; name one outside of it")
        }
    }

    private func discard() {
        try? clear(path)
        discardEmpty()
    }

    private func discardEmpty() {
        try? disk.remove(marked)
        try? disk.remove("\(path)/\(Journal.lockName)")
        try? disk.removeFolder(path)
    }
}
