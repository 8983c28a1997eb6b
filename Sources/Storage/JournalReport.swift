import FHIR
import JSON

/// What looking through a whole journal found.
package struct JournalReport: Sendable {
    /// The segment that grows; all others stand beside it.
    package let file: String
    /// Whole lines of all files, those that begin and end them included.
    package let lines: Int
    /// Lines that are sound commits, or sound versions of the base.
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
        let reader = try StoreReader(folder, disk: disk, for: .reading)
        if readOnly { return try inspect(reader, visit) }
        var lock = try FolderLock(folder: folder, disk: disk)
        try lock.hold(reader.lastFile.path, on: disk, in: folder)
        return try withExtendedLifetime(lock) { _ throws(StorageError) in try inspect(reader, visit) }
    }

    private static func inspect(
        _ reader: StoreReader, _ visit: (StoredVersion) -> Void
    ) throws(StorageError) -> JournalReport {
        var versions: [ResourceKey: StoredVersion] = [:]
        var findings: [JournalFlaw] = []
        var literal: ResourceKey?
        var reader = reader
        try reader.readAll { stored, isInBase in
            let before = versions.updateValue(stored, forKey: stored.key)?.version
            // Behind a damaged line a version that seems to be missing may be the one that line held.
            let gap = findings.isEmpty && !isInBase ? stored.objection(after: before) : nil
            if let gap { return gap }
            guard let fault = stored.objectionToBody() else { return nil }
            if (fault as? FHIRError)?.isLiteralSecret == true { literal = stored.key }
            return "\(fault)"
        } report: { flaw in
            var flaw = flaw
            flaw.literal = literal
            literal = nil
            findings.append(flaw)
        }
        let live = versions.values.filter { !$0.isDeleted }
        live.forEach(visit)
        return JournalReport(
            file: reader.lastFile.path, lines: reader.lines, commits: reader.sound, resources: live.count,
            findings: findings, tornTail: reader.last.tornTail)
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
