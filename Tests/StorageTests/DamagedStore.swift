import FHIR
import Synchronization
import Testing

@testable import Storage

/// A store on a test disk, closed, with files to damage and a memory of all versions that it had.
struct DamagedStore: Sendable {
    let disk: TestDisk
    /// All versions, by key and number.
    private(set) var versions: [String: StoredVersion] = [:]

    /// Commits 1 to 4 are in a base, if there is one; 5 to 9 in the segment behind it. A resource of each kind:
    /// `Patient/a` of several versions, `Patient/gone` deleted, `Patient/late` in the segment alone, two in one commit.
    init(hasBase: Bool = true) async throws {
        disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        func put(_ key: String, _ family: String) async throws { add([try await store.put(key, family: family)]) }
        try await put("Client/c", "one")
        try await put("Patient/a", "one")
        try await put("Patient/a", "two")
        try await put("Patient/gone", "one")
        if hasBase { _ = try await store.compact() }
        add([try await store.delete("Patient/gone")])
        try await put("Patient/a", "three")
        add(try await store.commit([.put("Observation/x", family: "x"), .put("Patient/late", family: "1")]))
        try await put("Patient/late", "two")
        try await put("Patient/a", "four")
        await store.close()
    }

    private mutating func add(_ committed: [Committed]) {
        for version in committed.compactMap(\.version) { versions[Self.name(version)] = version }
    }

    static func name(_ version: StoredVersion) -> String { "\(version.key.text)/\(version.version)" }

    var base: String { "store/base-000000000004.ndjson" }
    var segment: String { "store/journal-000000000004.ndjson" }

    /// The files by their paths, without the lock.
    var files: [String: [UInt8]] {
        disk.state.withLock { $0.files.filter { $0.key.hasPrefix("store/") && !$0.key.hasSuffix("/lock") } }
    }

    func remove(_ file: String) { disk.state.withLock { _ = $0.files.removeValue(forKey: file) } }

    func write(_ bytes: [UInt8], to file: String) { disk.state.withLock { $0.files[file] = bytes } }

    /// The lines of a file, each with its newline.
    func lines(_ file: String) -> [[UInt8]] {
        (files[file] ?? []).split(separator: Journal.newline).map { $0 + [Journal.newline] }
    }

    /// Changes bytes of a line, counted from 1.
    func damage(_ file: String, line: Int, bytes: Range<Int> = 150..<151) {
        var lines = lines(file)
        for place in bytes where place < lines[line - 1].count - 1 { lines[line - 1][place] = UInt8(ascii: "#") }
        write(Array(lines.joined()), to: file)
    }

    /// What `verify` says is lost by each finding, and elsewhere.
    func losses() throws -> [[String]] {
        let report = try JournalStore.verify("store", readOnly: true, disk: disk)
        return report.findings.map(\.lost) + (report.loss.elsewhere.isEmpty ? [] : [report.loss.elsewhere])
    }

    @discardableResult
    func repair(to target: String = "new") throws -> RepairReport {
        let before = files
        defer { #expect(files == before, "the damaged store was changed") }
        return try JournalStore.repair("store", to: target, disk: disk, clock: TestClock().now)
    }

    /// The versions that the store in a folder has, by key and number.
    func versions(in folder: String) throws -> [String: StoredVersion] {
        var found: [String: StoredVersion] = [:]
        var reader = try StoreReader(folder, disk: disk, for: .reading)
        try reader.readAll { version, _ in
            found[Self.name(version)] = version
            return nil
        } report: { flaw throws(StorageError) in
            throw .damaged(folder: folder, flaw)
        }
        return found
    }
}
