internal import Glibc
internal import SwiftOverlayShims

/// The operating system's files.
package struct PosixFiles: FileSystem {
    package init() {}

    package func identity(of path: FilePath) throws(Errno) -> FileIdentity {
        var status = stat()
        let result = unsafe path.withCString { unsafe stat($0, &status) }
        guard result == 0 else { throw Errno.last }
        return FileIdentity(status)
    }

    package func open(_ path: FilePath) throws(Errno) -> any OpenFile & ~Copyable {
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        while true {
            let descriptor = unsafe path.withCString { unsafe Glibc.open($0, flags) } ?? -1
            if descriptor >= 0 { return PosixFile(descriptor: descriptor) }
            guard errno == EINTR else { throw Errno.last }
        }
    }

    package func realPath(of path: FilePath) throws(Errno) -> String {
        guard let resolved = unsafe path.withCString({ unsafe realpath($0, nil) }) ?? nil else { throw Errno.last }
        defer { unsafe free(resolved) }
        guard let text = unsafe String(validatingCString: resolved) else { throw Errno.notUTF8 }
        return text
    }

    package func now() -> FileTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return FileTime(time)
    }
}

private struct PosixFile: OpenFile, ~Copyable {
    let descriptor: CInt

    func identity() throws(Errno) -> FileIdentity {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw Errno.last }
        return FileIdentity(status)
    }

    func read(into output: inout OutputSpan<UInt8>) throws(Errno) -> Int {
        let count = unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
            while true {
                let room = buffer.count - filled
                let count = unsafe Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), room)
                if count > 0 { filled += count }
                if count >= 0 || errno != EINTR { return count }
            }
        }
        guard count >= 0 else { throw Errno.last }
        return count
    }

    func finalPath() throws(Errno) -> String {
        // A longer path than PATH_MAX cannot be opened by one call, so a link that fills the room is no answer.
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/fd/\(descriptor)", &room, room.count)
        guard count >= 0 else { throw Errno.last }
        guard count < room.count else { throw Errno(code: ENAMETOOLONG) }
        guard let text = String(validating: room[..<count], as: UTF8.self) else { throw Errno.notUTF8 }
        return text
    }

    deinit {
        close(descriptor)
    }
}

extension FileIdentity {
    fileprivate init(_ status: stat) {
        let kind: Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            case S_IFCHR, S_IFBLK: .device
            default: .other
            }
        self.init(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
            modified: FileTime(status.st_mtim), changed: FileTime(status.st_ctim), kind: kind)
    }
}

extension Errno {
    /// Of a path that no text spells exactly, so that no comparison of texts may decide about it.
    fileprivate static let notUTF8 = Errno(code: EILSEQ)
}

extension FileTime {
    fileprivate init(_ time: timespec) {
        self.init(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }
}
