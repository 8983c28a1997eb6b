import Synchronization
import Vault

/// A disk of one's own making, for races and errors that cannot be had on demand. `event` is called before every call
/// with the number of calls of its kind so far, and may change the disk or refuse the call.
final class ScriptedFiles: FileSystem {
    enum Kind: Hashable { case stat, open, fstat, read, finalPath, realPath }

    struct Call: Equatable {
        let kind: Kind
        /// Counted from 1 for each kind.
        let number: Int
        let path: String
    }

    struct Node {
        var bytes: [UInt8]
        var identity: FileIdentity
    }

    struct Disk {
        /// By inode.
        var nodes: [UInt64: Node] = [:]
        var inodes: [String: UInt64] = [:]
        var now = FileTime(seconds: 1_000, nanoseconds: 0)
        /// The most bytes that one read gives.
        var chunk = Int.max

        /// Puts a new file at `path`, as a rename does, last changed at `seconds`.
        mutating func place(_ text: String, at path: String, seconds: Int64 = 1) {
            let inode = UInt64(nodes.count + 1)
            let time = FileTime(seconds: seconds, nanoseconds: 0)
            nodes[inode] = Node(
                bytes: Array(text.utf8),
                identity: FileIdentity(
                    device: 1, inode: inode, size: Int64(text.utf8.count), modified: time, changed: time))
            inodes[path] = inode
        }

        /// Writes into the file at `path`, which stays the same file.
        mutating func rewrite(_ text: String, at path: String) {
            guard let inode = inodes[path], var node = nodes[inode] else { return }
            node.bytes = Array(text.utf8)
            node.identity.size = Int64(text.utf8.count)
            node.identity.changed.nanoseconds += 1
            nodes[inode] = node
        }

        mutating func remove(_ path: String) {
            inodes[path] = nil
        }
    }

    typealias Event = @Sendable (Call, inout Disk) throws(Errno) -> Void

    private struct State {
        var disk = Disk()
        var calls: [Call] = []
        var counts: [Kind: Int] = [:]
        var event: Event?
    }

    private let state = Mutex(State())

    init(_ contents: [String: String] = [:], event: Event? = nil) {
        state.withLock { state in
            for (path, text) in contents { state.disk.place(text, at: path) }
            state.event = event
        }
    }

    var calls: [Call] { state.withLock { $0.calls } }

    func count(_ kind: Kind) -> Int { state.withLock { $0.counts[kind] ?? 0 } }

    func identity(at path: String) -> FileIdentity? {
        state.withLock { state in state.disk.inodes[path].flatMap { state.disk.nodes[$0]?.identity } }
    }

    func change(_ body: (inout Disk) -> Void) {
        state.withLock { body(&$0.disk) }
    }

    fileprivate func perform<Value>(
        _ kind: Kind, _ path: String, _ body: (Disk) throws(Errno) -> Value
    ) throws(Errno) -> Value {
        try state.withLock { state throws(Errno) in
            let count = (state.counts[kind] ?? 0) + 1
            state.counts[kind] = count
            let call = Call(kind: kind, number: count, path: path)
            state.calls.append(call)
            try state.event?(call, &state.disk)
            return try body(state.disk)
        }
    }

    func identity(of path: FilePath) throws(Errno) -> FileIdentity {
        try perform(.stat, path.text) { disk throws(Errno) in
            guard let inode = disk.inodes[path.text], let node = disk.nodes[inode] else { throw .missing }
            return node.identity
        }
    }

    func open(_ path: FilePath) throws(Errno) -> any OpenFile & ~Copyable {
        let inode = try perform(.open, path.text) { disk throws(Errno) in
            guard let inode = disk.inodes[path.text] else { throw .missing }
            return inode
        }
        return ScriptedFile(files: self, inode: inode, path: path.text)
    }

    func realPath(of path: FilePath) throws(Errno) -> String {
        try perform(.realPath, path.text) { _ in path.text }
    }

    func now() -> FileTime { state.withLock { $0.disk.now } }
}

private struct ScriptedFile: OpenFile, ~Copyable {
    let files: ScriptedFiles
    let inode: UInt64
    let path: String
    private let position = Mutex(0)

    init(files: ScriptedFiles, inode: UInt64, path: String) {
        self.files = files
        self.inode = inode
        self.path = path
    }

    func identity() throws(Errno) -> FileIdentity {
        try files.perform(.fstat, path) { disk throws(Errno) in
            guard let node = disk.nodes[inode] else { throw .stale }
            return node.identity
        }
    }

    func read(into output: inout OutputSpan<UInt8>) throws(Errno) -> Int {
        let start = position.withLock { $0 }
        let room = output.freeCapacity
        let part = try files.perform(.read, path) { disk in
            let bytes = disk.nodes[inode]?.bytes ?? []
            return Array(bytes.dropFirst(start).prefix(min(room, disk.chunk)))
        }
        for byte in part { output.append(byte) }
        position.withLock { $0 += part.count }
        return part.count
    }

    func finalPath() throws(Errno) -> String {
        try files.perform(.finalPath, path) { _ in path }
    }
}

extension Errno {
    static let missing = Errno(code: 2)
    static let inputOutput = Errno(code: 5)
    static let denied = Errno(code: 13)
    static let tooManyFiles = Errno(code: 24)
    static let stale = Errno(code: 116)
}
