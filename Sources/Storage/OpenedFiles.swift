/// The files of a store, all opened at once: what a compaction removes afterwards can still be read.
struct OpenedFiles {
    let folder: String
    let names: StoreFiles
    let base: (any DiskFile)?
    /// In their order, each with the number of the commit that it goes on behind.
    let segments: [(behind: Int, file: any DiskFile)]

    /// - Parameters:
    ///   - purpose: what the last segment is opened for. With `creating` it is made where there is no store.
    ///   - isWhole: without it a first segment may be missing, and then all of them.
    /// - Throws: `missing`, `damaged` where a segment is missing that must be there, `disk`.
    init(_ folder: String, disk: any Disk, for purpose: OpenPurpose, isWhole: Bool = true) throws(StorageError) {
        var attempts = 3
        while true {
            attempts -= 1
            let names: StoreFiles
            do throws(DiskFault) {
                names = StoreFiles(names: try disk.names(in: folder))
            } catch {
                throw error.isMissing ? .missing(folder: folder) : .disk(error)
            }
            if names.isEmpty, purpose != .creating { throw .missing(folder: folder) }
            // A compaction may have put others in their place while they were listed or opened.
            if !names.isEmpty, let missing = names.missing, isWhole || attempts > 0 {
                if attempts > 0 { continue }
                let reason = "the segment is missing, and with it all commits from \((names.base ?? 0) + 1) on"
                throw .damaged(folder: folder, JournalFlaw(file: "\(folder)/\(missing)", line: 1, reason: reason))
            }
            do throws(DiskFault) {
                try self.init(names, in: folder, disk: disk, for: purpose)
                return
            } catch {
                guard error.isMissing, attempts > 0 else { throw .disk(error) }
            }
        }
    }

    private init(
        _ names: StoreFiles, in folder: String, disk: any Disk, for purpose: OpenPurpose
    ) throws(DiskFault) {
        (self.folder, self.names) = (folder, names)
        base = try names.base.map { commits throws(DiskFault) in
            try disk.open("\(folder)/\(BaseFile.name(commits: commits))", for: .reading)
        }
        let numbers = names.isEmpty ? [0] : names.segments
        segments = try numbers.map { behind throws(DiskFault) in
            let purpose = behind == numbers.last ? purpose : .reading
            return (behind, try disk.open("\(folder)/\(StoreFiles.segment(behind: behind))", for: purpose))
        }
    }
}
