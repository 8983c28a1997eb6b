import FHIR
import JSON

/// What looking through a whole journal found.
package struct JournalReport: Sendable {
    package let file: String
    /// Whole lines, the header included.
    package let lines: Int
    /// Lines that are sound commits.
    package let commits: Int
    /// Resources that are not deleted, as far as the sound commits tell.
    package let resources: Int
    package let findings: [JournalFlaw]
    /// Bytes behind the last newline: never acknowledged, cut by the next start; no finding. While a server holds the
    /// store they may be a write that is just under way.
    package let tornTail: Int
}

extension JournalStore {
    /// Reads the journal in `folder` and lists everything that is not as it should be; changes nothing in it.
    ///
    /// Beyond what a start looks at, each resource is decoded, and a `Client` that holds a literal secret is a finding.
    ///
    /// - Parameters:
    ///   - readOnly: takes no lock, and so works beside a server and on a read-only file system.
    ///   - visit: is shown the current version of every resource that is not deleted, as far as the journal is sound.
    /// - Throws: `locked` unless `readOnly`, `missing`, `unknownFormat`, `disk`.
    package static func verify(
        _ folder: String, readOnly: Bool, disk: any Disk = SystemDisk(), visit: (StoredVersion) -> Void = { _ in }
    ) throws(StorageError) -> JournalReport {
        let file = try journal(in: folder, disk: disk, for: .reading)
        if readOnly { return try inspect(file, visit) }
        var lock = try FolderLock(folder: folder, disk: disk)
        try lock.hold(try journal(in: folder, disk: disk, for: .reading), in: folder)
        return try withExtendedLifetime(lock) { _ throws(StorageError) in try inspect(file, visit) }
    }

    private static func inspect(
        _ file: any DiskFile, _ visit: (StoredVersion) -> Void
    ) throws(StorageError) -> JournalReport {
        var versions: [ResourceKey: StoredVersion] = [:]
        var commits = 0
        var findings: [JournalFlaw] = []
        var literal: ResourceKey?
        var reader = JournalReader(file)
        try reader.readAll { entry in
            commits += 1
            var objection: String?
            for stored in entry.versions {
                let before = versions.updateValue(stored, forKey: stored.key)?.version
                // Behind a damaged line a version that seems to be missing may be the one that line held.
                let gap = findings.isEmpty ? stored.objection(after: before) : nil
                let fault = gap == nil ? stored.objectionToBody() : nil
                if (fault as? FHIRError)?.isLiteralSecret == true { literal = stored.key }
                objection = objection ?? gap ?? fault.map { "\($0)" }
            }
            return objection
        } report: { flaw in
            var flaw = flaw
            flaw.literal = literal
            literal = nil
            findings.append(flaw)
        }
        let live = versions.values.filter { !$0.isDeleted }
        live.forEach(visit)
        return JournalReport(
            file: file.path, lines: reader.lines, commits: commits, resources: live.count, findings: findings,
            tornTail: reader.tornTail)
    }
}

extension StoredVersion {
    /// Why the body is not a resource this store may hold, if so.
    fileprivate func objectionToBody() -> (any Error)? {
        guard let body else { return nil }
        do {
            let value = try JSONValue.parse(body.span, maximumDepth: JSONValue.nestingCeiling)
            guard let object = value.object else { throw BodyFault(description: "the resource is not a JSON object") }
            let resource = try Resource(object)
            guard resource.key == key else {
                throw BodyFault(description: "the resource is \(resource.key.text) and not \(key.text)")
            }
            try resource.checkContent()
        } catch {
            return error
        }
        return nil
    }
}

private struct BodyFault: Error, CustomStringConvertible {
    let description: String
}
