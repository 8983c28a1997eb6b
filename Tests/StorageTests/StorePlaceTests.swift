import FHIR
import Foundation
import Testing

@testable import Storage

/// A store whose folder is taken from under it.
@Suite struct StorePlaceTests {
    private let folder = Folder()

    private func reason(_ body: () async throws -> Void) async -> String {
        let error = await #expect(throws: StorageError.self) { try await body() }
        return error?.description ?? ""
    }

    private func content(_ folder: String) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "lock" }
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")))
            })
    }

    @Test func whatWouldBeWrittenIntoAFolderThatWasMovedIsRefusedUntilItIsBack() async throws {
        let (path, moved) = (folder.path + "/store", folder.path + "/elsewhere")
        let (store, _) = try JournalStore.open(path, clock: TestClock().now)
        try await store.put("Patient/a")
        try FileManager.default.moveItem(atPath: path, toPath: moved)
        #expect(await reason { try await store.put("Patient/b") }.contains("moved, removed or replaced"))
        #expect(store.condition != .writable)
        #expect(store.current(try key("Patient/a"))?.version == 1, "reads go on")
        await store.probe()
        #expect(store.condition != .writable)

        try FileManager.default.moveItem(atPath: moved, toPath: path)
        await store.probe()
        #expect(store.condition == .writable)
        #expect(try await store.put("Patient/b").version?.version == 1)
        await store.close()
        let (again, recovery) = try JournalStore.open(path, clock: TestClock().now)
        #expect(recovery.commits == 2)
        await again.close()
    }

    @Test func aStoreThatWasRemovedTakesNoWrites() async throws {
        let path = folder.path + "/store"
        let (store, _) = try JournalStore.open(path, clock: TestClock().now)
        try await store.put("Patient/a")
        try FileManager.default.removeItem(atPath: path)
        #expect(await reason { try await store.put("Patient/b") }.contains(path))
        #expect(await reason { _ = try await store.compact() }.contains(path))
    }

    @Test func aCompactionTouchesNothingOfAnotherStoreInItsPlace() async throws {
        let (path, moved) = (folder.path + "/store", folder.path + "/elsewhere")
        let (one, _) = try JournalStore.open(path, clock: TestClock().now)
        for number in 0..<20 { try await one.put("Patient/one\(number)") }
        try FileManager.default.moveItem(atPath: path, toPath: moved)
        let (other, _) = try JournalStore.open(path, clock: TestClock().now)
        try await other.put("Patient/other")
        let before = try content(path)
        #expect(await reason { _ = try await one.compact() }.contains("is not the store's file any more"))
        #expect(try content(path) == before)
        await one.close()
        await other.close()
        #expect(try JournalStore.verify(moved, readOnly: true).resources == 20)
    }
}
