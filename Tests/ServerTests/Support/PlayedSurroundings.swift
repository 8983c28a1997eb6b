import Vault

@testable import Server

extension Surroundings {
    /// This machine, but for what is given by path; with a mount table of one line, and those that are added.
    init(
        refused: Set<String> = [], growing: Set<String> = [], attributes: [String: FileAttributes] = [:],
        closed: String? = nil, readOnly: Bool = false, unwritable: String? = nil, mounts: [String] = []
    ) {
        self.init(
            files: PlayedFiles(refused: refused, growing: growing),
            attributes: PlayedAttributes(
                played: attributes, closed: closed, readOnly: readOnly, unwritable: unwritable),
            mounts: PlayedMounts(lines: ["1 0 8:1 / / rw - ext4 /dev/sda1 rw"] + mounts))
    }
}

private struct PlayedMounts: MountSource {
    let lines: [String]

    func mounts() -> MountTable? { MountTable(parsing: lines.joined(separator: "\n")) }
}

private struct PlayedAttributes: FileAttributeSource {
    let played: [String: FileAttributes]
    /// A folder that nobody may enter.
    let closed: String?
    let readOnly: Bool
    /// What this user may not write.
    let unwritable: String?

    func attributes(of path: FilePath) throws(Errno) -> FileAttributes {
        if let closed, path.text.hasPrefix("\(closed)/") { throw Errno(code: 13) }
        if let one = played[path.text] { return one }
        return try PosixAttributes().attributes(of: path)
    }

    func target(of link: FilePath) throws(Errno) -> String { try PosixAttributes().target(of: link) }
    func isReadOnly(_ path: FilePath) -> Bool { readOnly || PosixAttributes().isReadOnly(path) }

    func obstacleToWriting(_ path: FilePath, isFolder: Bool) -> Errno? {
        path.text == unwritable ? Errno(code: 13) : PosixAttributes().obstacleToWriting(path, isFolder: isFolder)
    }
}

private struct PlayedFiles: FileSystem {
    /// Not to be opened by this user.
    let refused: Set<String>
    /// Longer each time somebody looks at it while it is open.
    let growing: Set<String>

    func identity(of path: FilePath) throws(Errno) -> FileIdentity { try PosixFiles().identity(of: path) }

    func open(_ path: FilePath) throws(Errno) -> any OpenFile & ~Copyable {
        if refused.contains(path.text) { throw Errno(code: 13) }
        if growing.contains(path.text) { return GrowingFile() }
        return try PosixFiles().open(path)
    }

    func realPath(of path: FilePath) throws(Errno) -> String { try PosixFiles().realPath(of: path) }
    func now() -> FileTime { PosixFiles().now() }
}

private struct GrowingFile: OpenFile, ~Copyable {
    func identity() throws(Errno) -> FileIdentity {
        FileIdentity(
            device: 1, inode: 1, size: 1, modified: FileTime(seconds: 1, nanoseconds: 0),
            changed: FileTime(seconds: 1, nanoseconds: 0))
    }

    func read(into output: inout OutputSpan<UInt8>) throws(Errno) -> Int { 0 }
    func finalPath() throws(Errno) -> String { "/growing" }
}
