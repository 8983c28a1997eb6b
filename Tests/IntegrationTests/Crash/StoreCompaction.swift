import Foundation
import Glibc

/// A `keyward store compact` to be ended half-way.
struct StoreCompaction {
    private let process: ChildProcess
    private let folder: String
    private let before: Set<String>

    /// - Parameter space: where the store is seen.
    init(of store: String, _ flags: [String] = [], in space: MountSpace? = nil) throws {
        folder = space?.outside(store) ?? store
        before = Self.names(in: folder)
        let words = [try KeywardBinary.path(), "store", "compact", "--store", store] + flags
        process = try ChildProcess(space?.program(words) ?? words)
    }

    /// Waits until its first file is there.
    func hasBegun() {
        _ = eventually { Self.names(in: folder) != before || process.ended() != nil }
    }

    func kill() { process.end(SIGKILL) }

    func wait() throws -> ChildProcess.Ending { try process.wait() }

    /// Whether it has left more than a base, the segment behind it and the lock.
    var isHalfDone: Bool {
        let names = Self.names(in: folder)
        return names != before && names.count > 3
    }

    private static func names(in folder: String) -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    }
}
