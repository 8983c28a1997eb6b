import FHIR
import Synchronization
import Testing

@testable import Storage

/// A copy of a store, beside its writers.
@Suite struct BackupTests {
    private func current(_ disk: TestDisk, _ folder: String) throws -> [String: Int] {
        let store = try JournalStore.open(folder, disk: disk, create: false, clock: TestClock().now).store
        var versions: [String: Int] = [:]
        store.forEachCurrent { versions[$0.key.text] = $0.version }
        return versions
    }

    @Test func itIsTheStoreAtRest() async throws {
        let store = try await DamagedStore()
        let before = store.files
        let report = try JournalStore.backup("store", to: "copy", disk: store.disk)
        #expect(report.commits == 9 && report.resources == 4 && report.findings.isEmpty)
        #expect(report.bytes == before.values.reduce(0) { $0 + $1.count })
        #expect(store.files == before)
        let copies = store.disk.state.withLock { $0.files.filter { $0.key.hasPrefix("copy/") } }
        #expect(copies.count == 3 && copies["copy/lock"] != nil)
        for (path, bytes) in before { #expect(copies["copy" + path.dropFirst(5)] == bytes) }
        let folders = store.disk.state.withLock { $0.folders }
        #expect(folders.contains("copy") && !folders.contains("copy.keyward-unfinished"))
        #expect(throws: StorageError.self) { try JournalStore.backup("store", to: "copy", disk: store.disk) }
    }

    @Test func besideWritersAndCompactionsItHoldsAllThatWasAnsweredBefore() async throws {
        let disk = TestDisk()
        // So that a compaction reads faster than writers write.
        disk.state.withLock { $0.piece = 4_096 }
        let store = try JournalStore.opened(on: disk)
        let answered = Answers()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    var count = 0
                    while !answered.isOver, !Task.isCancelled {
                        let key = "Patient/w\(writer)-\(count % 7)"
                        count += 1
                        guard let version = try await store.put(key, family: "\(count)").version else { continue }
                        answered.add(key, version.version)
                    }
                }
            }
            group.addTask {
                while !answered.isOver, !Task.isCancelled {
                    try await store.put("Patient/more")
                    _ = try await store.compact()
                }
            }
            group.addTask {
                defer { answered.end() }
                var (number, bases) = (0, Set<String>())
                while number < 8 || bases.count < 3 {
                    number += 1
                    let before = answered.versions
                    let report = try JournalStore.backup("store", to: "copy\(number)", disk: disk)
                    let copy = try self.current(disk, "copy\(number)")
                    for (key, version) in before { #expect(copy[key, default: 0] >= version, "\(key)") }
                    #expect(report.resources == copy.count)
                    bases.formUnion(Self.takeBases(of: "copy\(number)", from: disk))
                    // Else it keeps its thread to itself, and the writers may have no other.
                    await Task.yield()
                }
            }
            try await group.waitForAll()
        }
        await store.close()
    }

    /// Removes a copy, and says which bases it had.
    private static func takeBases(of copy: String, from disk: TestDisk) -> [String] {
        disk.state.withLock { state in
            let files = state.files.keys.filter { $0.hasPrefix("\(copy)/") }
            for file in files { state.files[file] = nil }
            return files.filter { $0.contains("/base-") }.map { String($0.dropFirst(copy.count)) }
        }
    }

    @Test func whatIsJustBeingWrittenIsLeftOut() async throws {
        let store = try await DamagedStore()
        let whole = store.files[store.segment] ?? []
        store.write(whole + Array(#"{"crc":"00000000","seq":10,"ty"#.utf8), to: store.segment)
        let report = try JournalStore.backup("store", to: "copy", disk: store.disk)
        #expect(report.commits == 9)
        #expect(store.disk.state.withLock { $0.files["copy/journal-000000000004.ndjson"] } == whole)
    }

    @Test func aWriteThatIsTakenBackMeanwhileIsNoDamage() async throws {
        let store = try await DamagedStore()
        let whole = store.files[store.segment] ?? []
        let disk = WatchedDisk(store.disk)
        // Until the copy is made for the third time.
        disk.watch { count in
            let isMended = count >= 5
            store.write(isMended ? whole : whole + Array("of two writes\n".utf8), to: store.segment)
        }
        #expect(try JournalStore.backup("store", to: "copy", disk: disk).commits == 9)
        disk.watch { _ in store.write(whole + Array("of two writes\n".utf8), to: store.segment) }
        #expect(throws: StorageError.self) { try JournalStore.backup("store", to: "other", disk: disk) }
    }

    @Test func damageEndsItWithItsPlaceAndLeavesNothing() async throws {
        for (file, line) in [("base", 3), ("journal", 3)] {
            let store = try await DamagedStore()
            let path = "store/\(file)-000000000004.ndjson"
            store.damage(path, line: line)
            let error = #expect(throws: StorageError.self) {
                try JournalStore.backup("store", to: "copy", disk: store.disk)
            }
            #expect(error?.description.hasPrefix("\(path), line \(line): ") == true, "\(String(describing: error))")
            store.disk.state.withLock { state in
                #expect(!state.folders.contains { $0.hasPrefix("copy") })
                #expect(!state.files.keys.contains { $0.hasPrefix("copy") })
            }
        }
    }

    @Test func withoutAStoreNothingIsMade() {
        let disk = TestDisk()
        #expect(throws: StorageError.missing(folder: "store")) {
            try JournalStore.backup("store", to: "copy", disk: disk)
        }
        #expect(disk.calls("mkdir") == 0)
    }

    @Test func aDraftThatAnotherProcessFillsIsLeftAlone() async throws {
        let store = try await DamagedStore()
        _ = try store.disk.makeFolder("copy.keyward-unfinished")
        let lock = try FolderLock(folder: "copy.keyward-unfinished", disk: store.disk)
        store.write([1], to: "copy.keyward-unfinished/journal.ndjson")
        #expect(throws: StorageError.self) { try JournalStore.backup("store", to: "copy", disk: store.disk) }
        #expect(store.disk.state.withLock { $0.files["copy.keyward-unfinished/journal.ndjson"] } == [1])
        withExtendedLifetime(lock) { _ in }
    }

    @Test func aDraftThatAProcessHasLeftIsFilledAnew() async throws {
        let store = try await DamagedStore()
        _ = try store.disk.makeFolder("copy.keyward-unfinished")
        store.write([], to: "copy.keyward-unfinished/unfinished")
        store.write([1], to: "copy.keyward-unfinished/journal.ndjson")
        #expect(try JournalStore.backup("store", to: "copy", disk: store.disk).commits == 9)
        #expect(store.disk.state.withLock { $0.files["copy/journal.ndjson"] } == nil)
        #expect(store.disk.state.withLock { $0.files["copy/unfinished"] } == nil)
    }

    @Test func whatHasTheNameOfADraftAndIsNoneIsNotTouched() async throws {
        let store = try await DamagedStore()
        _ = try store.disk.makeFolder("copy.keyward-unfinished")
        for (path, bytes) in store.files {
            store.write(bytes, to: "copy.keyward-unfinished/" + path.dropFirst("store/".count))
        }
        let before = store.disk.state.withLock { $0.files }
        for folder in ["store", "copy.keyward-unfinished"] {
            let error = #expect(throws: StorageError.self) {
                try JournalStore.backup(folder, to: "copy", disk: store.disk)
            }
            #expect(error?.description.contains("copy.keyward-unfinished is there") == true)
            #expect(store.disk.state.withLock { $0.files } == before)
        }
    }
}

/// Which version of each resource writers were answered with.
private final class Answers: Sendable {
    private let state = Mutex((versions: [String: Int](), isOver: false))

    var versions: [String: Int] { state.withLock { $0.versions } }
    var isOver: Bool { state.withLock { $0.isOver } }

    func add(_ key: String, _ version: Int) { state.withLock { $0.versions[key] = version } }
    func end() { state.withLock { $0.isOver = true } }
}

/// A disk that says how often a folder of a store was listed.
private final class WatchedDisk: Disk {
    private struct Watch {
        var count = 0
        var body: @Sendable (Int) -> Void = { _ in }
    }

    private let disk: TestDisk
    private let state = Mutex(Watch())

    init(_ disk: TestDisk) { self.disk = disk }

    /// Calls `body` before the store's folder is listed, with how often that was since now.
    func watch(_ body: @escaping @Sendable (Int) -> Void) { state.withLock { $0 = Watch(body: body) } }

    func names(in folder: String) throws(DiskFault) -> [String] {
        if folder == "store" {
            let watch = state.withLock { state in
                state.count += 1
                return state
            }
            watch.body(watch.count)
        }
        return try disk.names(in: folder)
    }

    func makeFolder(_ path: String) throws(DiskFault) -> Bool { try disk.makeFolder(path) }
    func syncFolder(_ path: String) throws(DiskFault) { try disk.syncFolder(path) }
    func rename(_ path: String, to other: String) throws(DiskFault) { try disk.rename(path, to: other) }
    func remove(_ path: String) throws(DiskFault) { try disk.remove(path) }
    func removeFolder(_ path: String) throws(DiskFault) { try disk.removeFolder(path) }
    func open(_ path: String, for purpose: OpenPurpose) throws(DiskFault) -> any DiskFile {
        try disk.open(path, for: purpose)
    }
}
