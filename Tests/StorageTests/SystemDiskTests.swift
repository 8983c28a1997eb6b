import FHIR
import Foundation
import Synchronization
import Testing

@testable import Storage

/// The store on the file system of this machine.
@Suite struct SystemDiskTests {
    private let folder = Folder()

    @Test func theStoreIsItsOwnersAloneAndComesBack() async throws {
        let path = folder.path + "/some/where/store"
        let (store, _) = try JournalStore.open(path, clock: TestClock().now)
        for number in 0..<100 { try await store.put("Patient/\(number)") }
        await store.close()
        #expect(try mode(path) == 0o700)
        #expect(try mode(folder.path + "/some") == 0o700)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["journal.ndjson", "lock"])
        for file in ["journal.ndjson", "lock"] {
            #expect(try mode(path + "/" + file) == 0o600)
            let text = try String(contentsOfFile: path + "/" + file, encoding: .utf8)
            for line in text.split(separator: "\n") {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
        }
        let (again, recovery) = try JournalStore.open(path, clock: TestClock().now)
        #expect(recovery.commits == 100)
        #expect(again.count(of: try key("Patient/a").type) == 100)
    }

    @Test func twoCannotHoldOneFolder() async throws {
        let (store, _) = try JournalStore.open(folder.path, clock: TestClock().now)
        let error = #expect(throws: StorageError.self) { try JournalStore.open(folder.path, clock: TestClock().now) }
        #expect(error?.description.contains("\"pid\":\(ProcessInfo.processInfo.processIdentifier)") == true)
        await store.close()
        _ = try JournalStore.open(folder.path, clock: TestClock().now)
    }

    @Test func aStoreThatIsNotClosedLetsGoWhenItEnds() throws {
        for _ in 0..<2 { _ = try JournalStore.open(folder.path, clock: TestClock().now) }
    }

    @Test func aTornTailIsCutFromTheFile() async throws {
        let (store, _) = try JournalStore.open(folder.path, clock: TestClock().now)
        try await store.put("Patient/a")
        await store.close()
        let url = URL(fileURLWithPath: folder.path + "/journal.ndjson")
        let sound = try Data(contentsOf: url)
        try (sound + Data("{\"crc\":\"12".utf8)).write(to: url)
        #expect(try JournalStore.open(folder.path, clock: TestClock().now).recovery.cutBytes == 10)
        #expect(try Data(contentsOf: url) == sound)
    }

    @Test func aPathThatIsAFileIsNamed() throws {
        let file = folder.path + "/file"
        try Data("x".utf8).write(to: URL(fileURLWithPath: file))
        for path in [file, file + "/store"] {
            let error = #expect(throws: StorageError.self) { try JournalStore.open(path, clock: TestClock().now) }
            #expect(error?.description.contains(path) == true)
            #expect(error?.description.contains("Not a directory") == true)
        }
    }

    @Test(arguments: ["open", "open what is there", "verify"])
    func aFIFOInTheJournalsPlaceIsAnErrorAtOnce(way: String) throws {
        let path = folder.path + "/journal.ndjson"
        try #require(unsafe mkfifo(path, 0o600) == 0)
        let error = Mutex<StorageError?>(nil)
        let ended = DispatchSemaphore(value: 0)
        // On a thread of its own, which a FIFO that is waited for would hold for ever.
        Thread.detachNewThread { [store = folder.path] in
            do throws(StorageError) {
                if way == "verify" {
                    _ = try JournalStore.verify(store, readOnly: true)
                } else {
                    _ = try JournalStore.open(store, create: way == "open", clock: TestClock().now)
                }
            } catch let fault {
                error.withLock { $0 = fault }
            }
            ended.signal()
        }
        #expect(ended.wait(timeout: .now() + 10) == .success)
        #expect(error.withLock { $0 }?.description.contains(path) == true)
    }

    @Test func theFileSystemsOwnErrorsComeThrough() throws {
        let error = #expect(throws: DiskFault.self) { try SystemDisk().open(folder.path, for: .writing) }
        #expect(error == DiskFault(call: "open", path: folder.path, code: EISDIR))
        let full = try SystemDisk().open("/dev/full", for: .writing)
        let fault = #expect(throws: DiskFault.self) { try full.writeAll([1, 2, 3].span, at: 0) }
        #expect(fault?.isFull == true)
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}

/// A folder of its own that goes with the test.
final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("keyward-\(UUID().uuidString)").path

    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
