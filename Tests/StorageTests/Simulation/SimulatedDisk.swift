import Glibc
import Synchronization

@testable import Storage

/// A disk in memory on which a seed decides what a power cut leaves.
///
/// It knows what a file system promises and nothing of what the store keeps on it. A process has *lives*: `restart`
/// begins the next one, and files of the one before answer nothing any more.
final class SimulatedDisk: Disk {
    struct State {
        fileprivate(set) var tree = SimulatedTree()
        fileprivate(set) var contents: [Int: SimulatedContent] = [:]
        fileprivate(set) var random: SplitMix64
        fileprivate(set) var plan = FaultPlan.none
        fileprivate(set) var life = 0
        /// Calls made in this life.
        fileprivate(set) var calls = 0
        /// The process has ended in a call.
        fileprivate(set) var isOff = false
        /// Calls of this life that failed by plan.
        fileprivate(set) var failed: [String] = []
        /// The file that holds the lock of a content.
        fileprivate(set) var locks: [Int: Int] = [:]
        fileprivate(set) var opened = 0
        /// Files that are not closed, of any life.
        fileprivate(set) var open = 0
        /// What was called and how it ended, for a failure's message.
        fileprivate(set) var trace: [String] = []
        /// Is told of every call before it is made.
        var observer: (@Sendable () -> Void)?

        fileprivate init(random: SplitMix64) { self.random = random }
    }

    enum Restart {
        /// The process ended, by itself or by a kill; the kernel's memory is still there.
        case process
        /// The machine lost its power.
        case machine
    }

    let order: WriteOrder
    /// Bytes that a read returns at most.
    private let piece: Int
    private let state: Mutex<State>

    init(seed: UInt64, order: WriteOrder) {
        var random = SplitMix64(seed: seed)
        self.order = order
        piece = random.chance(70) ? 1 << 20 : 700
        state = Mutex(State(random: random))
    }

    func look<Result>(_ body: (inout sending State) -> Result) -> Result where Result: Sendable {
        state.withLock { body(&$0) }
    }

    /// What is to go wrong in this life, before its first call.
    func plan(_ plan: FaultPlan) { state.withLock { $0.plan = plan } }

    /// Ends this life and begins the next one.
    func restart(_ restart: Restart) {
        state.withLock { state in
            if restart == .machine {
                state.tree.cutPower(order, &state.random)
                for number in state.contents.keys.sorted() {
                    state.contents[number]?.cutPower(order, &state.random)
                }
            }
            state.life += 1
            (state.calls, state.isOff, state.locks, state.plan) = (0, false, [:], .none)
            (state.failed, state.observer) = ([], nil)
            state.trace.append("the \(restart) restarts")
        }
    }

    /// The files by their paths, as the process sees them.
    var files: [String: [UInt8]] {
        state.withLock { state in
            var files: [String: [UInt8]] = [:]
            for case (let path, .file(let number)) in state.tree.visible {
                files[path] = state.contents[number]?.visible
            }
            return files
        }
    }

    /// Leaves of a file what its last sync has promised.
    func goBack(_ path: String) {
        state.withLock { state in
            guard case .file(let number) = state.tree[path] else { return }
            state.contents[number]?.goBack()
        }
    }

    /// Makes a call, or lets it fail, or ends the process in it: then it may have been made or not.
    fileprivate func call<Result>(
        _ name: String, _ path: String, life: Int? = nil, failing: (inout State) -> Void = { _ in },
        _ body: (inout State, _ isEnd: Bool) throws(DiskFault) -> Result
    ) throws(DiskFault) -> Result where Result: Sendable {
        state.withLock { $0.observer }?()
        return try state.withLock { state throws(DiskFault) in
            guard !state.isOff, life ?? state.life == state.life else {
                throw DiskFault(call: name, path: path, code: EIO)
            }
            state.calls += 1
            let number = state.calls
            if let code = state.plan.failures[number] {
                state.trace.append("\(number) \(name) \(path): fails with \(code)")
                state.failed.append(name)
                failing(&state)
                throw DiskFault(call: name, path: path, code: code)
            }
            if number == state.plan.end {
                let isMade = state.random.chance(50)
                state.trace.append("\(number) \(name) \(path): the end, \(isMade ? "after" : "before") it")
                if isMade { _ = try? body(&state, true) }
                state.isOff = true
                throw DiskFault(call: name, path: path, code: EIO)
            }
            state.trace.append("\(number) \(name) \(path)")
            return try body(&state, false)
        }
    }

    func makeFolder(_ path: String) throws(DiskFault) -> Bool {
        try call("mkdir", path) { state, _ throws(DiskFault) in
            guard state.tree[SimulatedTree.folder(of: path)] == .folder else {
                throw DiskFault(call: "mkdir", path: path, code: ENOENT)
            }
            guard state.tree[path] == nil else { return false }
            state.tree.make(path, .folder)
            return true
        }
    }

    func syncFolder(_ path: String) throws(DiskFault) {
        try call("fsync", path) { state, _ throws(DiskFault) in
            guard state.tree[path] == .folder else { throw DiskFault(call: "open", path: path, code: ENOENT) }
            state.tree.sync(path)
        }
    }

    func names(in folder: String) throws(DiskFault) -> [String] {
        try call("opendir", folder) { state, _ throws(DiskFault) in
            guard state.tree[folder] == .folder else { throw DiskFault(call: "opendir", path: folder, code: ENOENT) }
            return state.tree.names(in: folder)
        }
    }

    func rename(_ path: String, to other: String) throws(DiskFault) {
        try call("rename", path) { state, _ throws(DiskFault) in
            guard let node = state.tree[path] else { throw DiskFault(call: "rename", path: path, code: ENOENT) }
            guard node != .folder || state.tree.names(in: other).isEmpty else {
                throw DiskFault(call: "rename", path: path, code: ENOTEMPTY)
            }
            state.tree.rename(path, to: other, node)
        }
    }

    func remove(_ path: String) throws(DiskFault) {
        try call("unlink", path) { state, _ throws(DiskFault) in
            guard case .file = state.tree[path] else { throw DiskFault(call: "unlink", path: path, code: ENOENT) }
            state.tree.remove(path)
        }
    }

    func removeFolder(_ path: String) throws(DiskFault) {
        try call("rmdir", path) { state, _ throws(DiskFault) in
            guard state.tree.names(in: path).isEmpty else {
                throw DiskFault(call: "rmdir", path: path, code: ENOTEMPTY)
            }
            state.tree.remove(path)
        }
    }

    func open(_ path: String, for purpose: OpenPurpose) throws(DiskFault) -> any DiskFile {
        try call("open", path) { state, isEnd throws(DiskFault) in
            if state.tree[path] == nil, purpose == .creating,
                state.tree[SimulatedTree.folder(of: path)] == .folder
            {
                let number = (state.contents.keys.max() ?? 0) + 1
                state.contents[number] = SimulatedContent()
                state.tree.make(path, .file(number))
            }
            guard case .file(let number) = state.tree[path] else {
                throw DiskFault(call: "open", path: path, code: ENOENT)
            }
            // Nobody will close it.
            if isEnd { throw DiskFault(call: "open", path: path, code: EIO) }
            state.opened += 1
            state.open += 1
            return SimulatedFile(
                disk: self, path: path, content: number, number: state.opened, life: state.life,
                isWritable: purpose != .reading)
        }
    }
}

/// An open file of a simulated disk, until its process ends.
private final class SimulatedFile: DiskFile {
    let disk: SimulatedDisk
    let path: String
    let content: Int
    let number: Int
    let life: Int
    let isWritable: Bool

    init(disk: SimulatedDisk, path: String, content: Int, number: Int, life: Int, isWritable: Bool) {
        (self.disk, self.path, self.content, self.number) = (disk, path, content, number)
        (self.life, self.isWritable) = (life, isWritable)
    }

    deinit { disk.close(content, number) }

    func read(upTo count: Int, at offset: Int) throws(DiskFault) -> [UInt8] {
        try disk.read(self, upTo: count, at: offset)
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(DiskFault) -> Int {
        try disk.write(self, [UInt8](bytes), at: offset)
    }

    func truncate(to length: Int) throws(DiskFault) { try disk.truncate(self, to: length) }

    func sync() throws(DiskFault) { try disk.sync(self) }

    func isInPlace() throws(DiskFault) -> Bool { try disk.isInPlace(self) }

    func lock() throws(DiskFault) -> Bool { try disk.lock(self) }
}

extension SimulatedDisk {
    fileprivate func close(_ content: Int, _ number: Int) {
        state.withLock { state in
            state.open -= 1
            if state.locks[content] == number { state.locks[content] = nil }
        }
    }

    fileprivate func read(_ file: SimulatedFile, upTo count: Int, at offset: Int) throws(DiskFault) -> [UInt8] {
        try call("pread", file.path, life: file.life) { state, _ in
            [UInt8]((state.contents[file.content]?.visible ?? []).dropFirst(offset).prefix(min(count, piece)))
        }
    }

    fileprivate func write(_ file: SimulatedFile, _ bytes: [UInt8], at offset: Int) throws(DiskFault) -> Int {
        try call("pwrite", file.path, life: file.life) { state, isEnd throws(DiskFault) in
            guard file.isWritable else { throw DiskFault(call: "pwrite", path: file.path, code: EBADF) }
            let isShort = isEnd || state.random.chance(state.plan.shortWrites)
            var taken = isShort && bytes.count > 1 ? state.random.number(1...bytes.count) : bytes.count
            if let room = state.plan.room {
                taken = min(taken, room)
                state.plan.room = room - taken
                if taken == 0 {
                    if state.random.chance(40) { state.plan.room = nil }
                    state.trace.append("  it finds no room")
                    state.failed.append("pwrite")
                    throw DiskFault(call: "pwrite", path: file.path, code: ENOSPC)
                }
            }
            state.contents[file.content]?.write(bytes[..<taken], at: offset)
            return taken
        }
    }

    fileprivate func truncate(_ file: SimulatedFile, to length: Int) throws(DiskFault) {
        try call("ftruncate", file.path, life: file.life) { state, _ throws(DiskFault) in
            guard file.isWritable else { throw DiskFault(call: "ftruncate", path: file.path, code: EINVAL) }
            state.contents[file.content]?.truncate(to: length)
        }
    }

    fileprivate func sync(_ file: SimulatedFile) throws(DiskFault) {
        try call("fdatasync", file.path, life: file.life) { state in
            state.contents[file.content]?.failSync(order, &state.random)
        } _: { state, _ in
            state.contents[file.content]?.sync()
        }
    }

    fileprivate func isInPlace(_ file: SimulatedFile) throws(DiskFault) -> Bool {
        try call("stat", file.path, life: file.life) { state, _ in state.tree[file.path] == .file(file.content) }
    }

    fileprivate func lock(_ file: SimulatedFile) throws(DiskFault) -> Bool {
        try call("flock", file.path, life: file.life) { state, _ in
            guard state.locks[file.content, default: file.number] == file.number else { return false }
            state.locks[file.content] = file.number
            return true
        }
    }
}
