import FHIR

/// What looking through a whole store found.
package struct JournalReport: Sendable {
    /// The segment that grows, or the base where that is missing; all others stand beside it.
    package let file: String
    /// Whole lines of all files, those that begin and end them included.
    package let lines: Int
    /// Lines that are sound commits, or sound versions of the base.
    package let commits: Int
    /// Resources that are not deleted, as far as the sound commits tell.
    package let resources: Int
    /// Each says what is lost by it.
    package let findings: [JournalFlaw]
    /// Bytes behind the last newline: never acknowledged, cut by the next start; no finding. While a server holds the
    /// store they may be a write that is just under way.
    package let tornTail: Int
    /// All of what is lost.
    package let loss: LossReport
}

/// How much of a store is lost, and what of it belongs to no finding.
package struct LossReport: Sendable, Equatable {
    /// Lost versions whose names are known.
    package let versions: Int
    /// Of these, the ones behind which no sound version of their resource is.
    package let newest: Int
    /// Places of which it cannot be told what else they held.
    package let untold: Int
    /// Sentences of versions that are lost at one of several places.
    package let elsewhere: [String]

    package var isNothing: Bool { versions == 0 && untold == 0 }

    init(_ ledger: LossLedger, elsewhere: [String]) {
        let lost = ledger.lost
        versions = lost.count
        newest = lost.count { $0.version > ledger.newest[$0.key]?.version ?? 0 }
        untold = ledger.losses.count { !$0.isAll }
        self.elsewhere = elsewhere
    }
}

extension JournalStore {
    /// Reads the store in `folder` and lists everything that is not as it should be; changes nothing in it.
    ///
    /// Beyond what a start looks at, each resource is decoded, and a `Client` that holds a literal secret is a finding.
    ///
    /// - Parameters:
    ///   - readOnly: takes no lock, and so works beside a server and on a read-only file system.
    ///   - visit: is shown the current version of every resource that is not deleted, as far as the store is sound.
    ///     With it all of these are held in memory.
    /// - Throws: `locked` unless `readOnly`, `missing`, `unknownFormat`, `disk`.
    package static func verify(
        _ folder: String, readOnly: Bool, disk: any Disk = SystemDisk(), visit: ((StoredVersion) -> Void)? = nil
    ) throws(StorageError) -> JournalReport {
        let files = try OpenedFiles(folder, disk: disk, for: .reading, isWhole: false)
        if readOnly { return try inspect(files, visit) }
        var lock = try FolderLock(folder: folder, disk: disk)
        if let last = files.segments.last { try lock.hold(last.file.path, on: disk, in: folder) }
        return try withExtendedLifetime(lock) { _ throws(StorageError) in try inspect(files, visit) }
    }

    private static func inspect(
        _ files: OpenedFiles, _ visit: ((StoredVersion) -> Void)?
    ) throws(StorageError) -> JournalReport {
        var survey = StoreSurvey(files, losesUnfit: false)
        var current: [ResourceKey: StoredVersion] = [:]
        let elsewhere = try survey.read { found in
            let version = found.version
            if visit != nil, version.version > current[version.key]?.version ?? 0 { current[version.key] = version }
        }
        if let visit { current.values.filter { !$0.isDeleted }.forEach(visit) }
        let last = files.segments.last?.file.path ?? files.base?.path ?? files.folder
        return JournalReport(
            file: last, lines: survey.lines, commits: survey.sound,
            resources: survey.ledger.newest.values.count { !$0.isDeleted }, findings: survey.ledger.findings,
            tornTail: survey.tornTail, loss: LossReport(survey.ledger, elsewhere: elsewhere))
    }
}
