import Synchronization
import Vault

/// The real disk, with every question to it written down.
final class CountingFiles: FileSystem {
    private let disk = PosixFiles()
    private let asked = Mutex<[String]>([])

    func identity(of path: FilePath) throws(Errno) -> FileIdentity {
        asked.withLock { $0.append("look") }
        return try disk.identity(of: path)
    }

    func open(_ path: FilePath) throws(Errno) -> any OpenFile & ~Copyable {
        asked.withLock { $0.append("open") }
        // What the rights of a file do, which do not stop the user that tests run as.
        if path.text.hasSuffix("/locked-secret") { throw Errno(code: 13) }
        return try disk.open(path)
    }

    func realPath(of path: FilePath) throws(Errno) -> String {
        asked.withLock { $0.append("resolve") }
        return try disk.realPath(of: path)
    }

    /// A minute late, so that no file is too fresh for its value to be kept.
    func now() -> FileTime {
        let now = disk.now()
        return FileTime(seconds: now.seconds + 60, nanoseconds: now.nanoseconds)
    }

    /// What was asked since the last call.
    func take() -> [String] {
        asked.withLock { asked in
            defer { asked = [] }
            return asked
        }
    }
}
