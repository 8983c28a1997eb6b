import Glibc
import Synchronization

@testable import Storage

/// A disk in memory whose calls a test can count, fail, shorten and hold up.
final class TestDisk: Disk {
    struct State {
        var files: [String: [UInt8]] = [:]
        /// Files that were removed: who has them open reads on.
        fileprivate var removed: [String: [UInt8]] = [:]
        var folders: Set<String> = [".", "/"]
        var syncedFolders: [String] = []
        /// Calls made, by name.
        var calls: [String: Int] = [:]
        /// The error number each call of a name fails with.
        var failing: [String: Int32] = [:]
        /// Bytes that a read gives at most: few, so that lines cross their borders.
        var piece = 61
        /// Bytes a file may reach; a write up to there is short and the next one finds no room.
        var room = Int.max
        var locks: [String: WeakFile] = [:]
        /// Runs on the store's queue before a sync.
        var beforeSync: (@Sendable () -> Void)?
        /// Is told of the file before each read.
        var beforeRead: (@Sendable (String) -> Void)?
        /// Is shown all files after each call.
        var afterCall: (@Sendable ([String: [UInt8]]) -> Void)?
    }

    struct WeakFile {
        weak var file: TestFile?
    }

    let state = Mutex(State())

    /// The journal of the store in `folder`.
    func journal(in folder: String = "store") -> [UInt8] {
        state.withLock { $0.files["\(folder)/journal.ndjson"] ?? [] }
    }

    /// A disk that holds a store with this journal.
    convenience init(journal: [UInt8], in folder: String = "store") {
        self.init()
        state.withLock {
            $0.folders.insert(folder)
            $0.files["\(folder)/journal.ndjson"] = journal
        }
    }

    func calls(_ name: String) -> Int { state.withLock { $0.calls[name] ?? 0 } }

    func fail(_ call: String, with code: Int32?) { state.withLock { $0.failing[call] = code } }

    fileprivate func call<Result>(
        _ name: String, _ path: String, _ body: (inout sending State) throws(DiskFault) -> Result
    ) throws(DiskFault) -> Result where Result: Sendable {
        try state.withLock { state throws(DiskFault) in
            state.calls[name, default: 0] += 1
            if let code = state.failing[name] { throw DiskFault(call: name, path: path, code: code) }
            defer { state.afterCall?(state.files) }
            return try body(&state)
        }
    }

    func makeFolder(_ path: String) throws(DiskFault) -> Bool {
        try call("mkdir", path) { state throws(DiskFault) in
            let above = path.split(separator: "/").dropLast().joined(separator: "/")
            guard above.isEmpty || state.folders.contains(above) else {
                throw DiskFault(call: "mkdir", path: path, code: ENOENT)
            }
            return state.folders.insert(path).inserted
        }
    }

    func syncFolder(_ path: String) throws(DiskFault) {
        try call("fsync", path) { $0.syncedFolders.append(path) }
    }

    func names(in folder: String) throws(DiskFault) -> [String] {
        try call("opendir", folder) { state throws(DiskFault) in
            guard state.folders.contains(folder) else { throw DiskFault(call: "opendir", path: folder, code: ENOENT) }
            let paths = Array(state.files.keys) + state.folders
            return paths.filter { $0.hasPrefix("\(folder)/") }.map { String($0.dropFirst(folder.count + 1)) }
                .filter { !$0.contains("/") }
        }
    }

    func rename(_ path: String, to other: String) throws(DiskFault) {
        try call("rename", path) { state throws(DiskFault) in
            if state.folders.remove(path) != nil {
                guard !state.files.keys.contains(where: { $0.hasPrefix("\(other)/") }) else {
                    throw DiskFault(call: "rename", path: path, code: ENOTEMPTY)
                }
                state.folders.insert(other)
                for (file, content) in state.files where file.hasPrefix("\(path)/") {
                    state.files[file] = nil
                    state.files[other + file.dropFirst(path.count)] = content
                }
                return
            }
            guard let content = state.files.removeValue(forKey: path) else {
                throw DiskFault(call: "rename", path: path, code: ENOENT)
            }
            state.files[other] = content
        }
    }

    func remove(_ path: String) throws(DiskFault) {
        try call("unlink", path) { state throws(DiskFault) in
            guard let content = state.files.removeValue(forKey: path) else {
                throw DiskFault(call: "unlink", path: path, code: ENOENT)
            }
            state.removed[path] = content
        }
    }

    func removeFolder(_ path: String) throws(DiskFault) {
        try call("rmdir", path) { state throws(DiskFault) in
            guard !state.files.keys.contains(where: { $0.hasPrefix("\(path)/") }) else {
                throw DiskFault(call: "rmdir", path: path, code: ENOTEMPTY)
            }
            state.folders.remove(path)
        }
    }

    func open(_ path: String, for purpose: OpenPurpose) throws(DiskFault) -> any DiskFile {
        try call("open", path) { state throws(DiskFault) in
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            if state.files[path] == nil {
                guard purpose == .creating, state.folders.contains(folder) else {
                    throw DiskFault(call: "open", path: path, code: ENOENT)
                }
                state.files[path] = []
            }
        }
        return TestFile(disk: self, path: path)
    }
}

final class TestFile: DiskFile {
    let disk: TestDisk
    let path: String

    init(disk: TestDisk, path: String) {
        self.disk = disk
        self.path = path
    }

    func read(upTo count: Int, at offset: Int) throws(DiskFault) -> [UInt8] {
        disk.state.withLock { $0.beforeRead }?(path)
        return try disk.call("pread", path) { state in
            [UInt8]((state.files[path] ?? state.removed[path] ?? []).dropFirst(offset).prefix(min(count, state.piece)))
        }
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(DiskFault) -> Int {
        let given = [UInt8](bytes)
        return try disk.call("pwrite", path) { state throws(DiskFault) in
            let taken = min(given.count, state.room - offset)
            guard taken > 0 else { throw DiskFault(call: "pwrite", path: path, code: ENOSPC) }
            // Taken out, so that a long file is not copied for each write.
            var content = state.files.removeValue(forKey: path) ?? []
            content += [UInt8](repeating: 0, count: max(0, offset + taken - content.count))
            content.replaceSubrange(offset..<(offset + taken), with: given.prefix(taken))
            state.files[path] = content
            return taken
        }
    }

    func truncate(to length: Int) throws(DiskFault) {
        try disk.call("ftruncate", path) { state in
            let content = state.files[path] ?? []
            state.files[path] = content.prefix(length) + [UInt8](repeating: 0, count: max(0, length - content.count))
        }
    }

    func sync() throws(DiskFault) {
        disk.state.withLock { $0.beforeSync }?()
        try disk.call("fdatasync", path) { _ in }
    }

    func isInPlace() throws(DiskFault) -> Bool {
        try disk.call("stat", path) { $0.files[path] != nil }
    }

    func lock() throws(DiskFault) -> Bool {
        try disk.call("flock", path) { state in
            guard state.locks[path]?.file == nil else { return false }
            state.locks[path] = TestDisk.WeakFile(file: self)
            return true
        }
    }
}
