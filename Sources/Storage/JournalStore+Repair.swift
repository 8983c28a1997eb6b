package import FHIR

/// What a repair has saved, and what is lost.
package struct RepairReport: Sendable {
    /// Of the damaged store; each says what is lost by it.
    package let findings: [JournalFlaw]
    package let loss: LossReport
    /// Sound versions, all of which are in the new store.
    package let saved: Int
    /// Resources in the new store that are not deleted.
    package let resources: Int
    /// Resources whose newest version is lost, each with the number of the version that follows it in the new store.
    package let successors: [(resource: String, version: Int)]
    /// Bytes at the end of the damaged store that were never acknowledged, and are not saved.
    package let tornTail: Int
}

extension JournalStore {
    /// Writes what is sound in the store in `folder` into a new store. The damaged one is not changed; only its lock is
    /// taken, unless its file system is read-only.
    ///
    /// 1. All of the store is read: what is sound, and what is lost. Of versions in segments their places are kept.
    /// 2. Every sound version is written into one base. Where the newest version of a resource is lost and its number
    ///    known, the one before it is put once more, with the number behind the lost one: no number is given twice.
    ///    It is a delete where none is before it, or where the lost one was a delete.
    /// 3. An empty segment follows, and the new store is held to `verify` before it gets its name.
    ///
    /// A sound line whose body is no resource, or holds a literal secret, counts as lost.
    ///
    /// - Parameters:
    ///   - target: is not there, or is an empty folder; the folder above it is there.
    ///   - clock: gives the time of the versions that are put once more.
    /// - Throws: `occupied`, `locked`, `missing`, `unknownFormat`, `disk`; then there is no new store, unless the error
    ///   says so.
    package static func repair(
        _ folder: String, to target: String, disk: any Disk = SystemDisk(), clock: () -> Instant
    ) throws(StorageError) -> RepairReport {
        let files = try OpenedFiles(folder, disk: disk, for: .reading, isWhole: false)
        let lock = try heldUnlessReadOnly(files, disk)
        return try withExtendedLifetime(lock) { _ throws(StorageError) in
            try FolderDraft(target, on: disk).make(outside: folder, mayBeEmpty: true) { path throws(StorageError) in
                try salvage(files, into: path, disk: disk, clock: clock)
            }
        }
    }

    /// The lock of a damaged store; nil where nobody can write to it.
    private static func heldUnlessReadOnly(
        _ files: OpenedFiles, _ disk: any Disk
    ) throws(StorageError) -> FolderLock? {
        do throws(StorageError) {
            var lock = try FolderLock(folder: files.folder, disk: disk)
            if let last = files.segments.last { try lock.hold(last.file.path, on: disk, in: files.folder) }
            return lock
        } catch {
            if case .disk(let fault) = error, fault.isReadOnly { return nil }
            throw error
        }
    }

    private static func salvage(
        _ files: OpenedFiles, into path: String, disk: any Disk, clock: () -> Instant
    ) throws(StorageError) -> RepairReport {
        let saved = try write(files, into: path, disk: disk, clock: clock)
        // What was found in the damaged store is out of memory by now.
        let report = try verify(path, readOnly: true, disk: disk)
        guard report.findings.isEmpty, report.commits == saved.versions else {
            let flaw = report.findings.first.map { "\($0)" } ?? "\(report.commits) of \(saved.versions) versions"
            throw .unavailable("the new store is not as it was written (\(flaw)); look at its disk, and try again")
        }
        return RepairReport(
            findings: saved.findings, loss: saved.loss, saved: saved.versions - saved.successors.count,
            resources: report.resources, successors: saved.successors, tornTail: saved.tornTail)
    }

    private struct Saved {
        let findings: [JournalFlaw]
        let loss: LossReport
        /// With the successors.
        let versions: Int
        let successors: [(resource: String, version: Int)]
        let tornTail: Int
    }

    private static func write(
        _ files: OpenedFiles, into path: String, disk: any Disk, clock: () -> Instant
    ) throws(StorageError) -> Saved {
        var survey = StoreSurvey(files, losesUnfit: true)
        var tail: [TailVersion] = []
        var places: [LinePlace] = []
        let elsewhere = try survey.read { found in
            guard let place = found.place else { return }
            let version = found.version
            tail.append(
                TailVersion(sequence: found.commit, key: version.key, version: version.version, place: places.count))
            places.append(place)
        }
        let ledger = survey.ledger
        let successors = ledger.successors()
        let commits = ledger.commits + (successors.isEmpty ? 0 : 1)
        let now = clock().orLater(survey.time)
        let file: any DiskFile
        do {
            file = try disk.open("\(path)/\(BaseFile.name(commits: commits))", for: .creating)
        } catch {
            throw .disk(error)
        }
        let salvage = Salvage(
            consume tail, consume places, successors: successors, commit: (commits, now), into: file)
        let versions = try salvage.write(
            over: files.base, without: survey.unfit, commits: commits, time: successors.isEmpty ? survey.time : now)
        try beginSegment(behind: commits, in: path, disk: disk)
        return Saved(
            findings: ledger.findings, loss: LossReport(ledger, elsewhere: elsewhere), versions: versions,
            successors: successors.map { ($0.key.text, $0.version) }.sorted { $0.0 < $1.0 },
            tornTail: survey.tornTail)
    }

    private static func beginSegment(behind commits: Int, in path: String, disk: any Disk) throws(StorageError) {
        do throws(DiskFault) {
            let segment = try disk.open("\(path)/\(StoreFiles.segment(behind: commits))", for: .creating)
            try segment.writeAll(Journal.header().span, at: 0)
            try segment.sync()
        } catch {
            throw .disk(error)
        }
    }
}

extension LossLedger {
    /// What follows the versions that are lost, known, and newer than all that is sound of their resource.
    fileprivate func successors() -> [Salvage.Successor] {
        var newestLost: [ResourceKey: LineHead.Version] = [:]
        for lost in lost where lost.version > newest[lost.key]?.version ?? 0 {
            if lost.version > newestLost[lost.key]?.version ?? 0 { newestLost[lost.key] = lost }
        }
        return newestLost.values.compactMap { lost in
            guard lost.version < .max - 1 else { return nil }
            return Salvage.Successor(key: lost.key, version: lost.version + 1, isDelete: lost.isDelete == true)
        }
    }
}
