internal import Glibc

/// The operating system's account of its files.
package struct PosixAttributes: FileAttributeSource {
    package init() {}

    package func attributes(of path: FilePath) throws(Errno) -> FileAttributes {
        var status = stat()
        let result = unsafe path.withCString { unsafe lstat($0, &status) }
        guard result == 0 else { throw Errno.last }
        let kind: FileAttributes.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        return FileAttributes(kind: kind, permissions: status.st_mode & 0o7777, links: UInt64(status.st_nlink))
    }

    package func target(of link: FilePath) throws(Errno) -> String {
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe link.withCString { unsafe readlink($0, &room, room.count) } ?? -1
        guard count >= 0 else { throw Errno.last }
        guard count < room.count, let text = String(validating: room[..<count], as: UTF8.self) else {
            throw Errno(code: EILSEQ)
        }
        return text
    }

    package func obstacleToWriting(_ path: FilePath, isFolder: Bool) -> Errno? {
        let rights = isFolder ? W_OK | X_OK : W_OK
        let result = unsafe path.withCString { unsafe faccessat(AT_FDCWD, $0, rights, AT_EACCESS) }
        return result == 0 ? nil : Errno.last
    }

    package func isReadOnly(_ path: FilePath) -> Bool {
        var status = statvfs()
        let result = unsafe path.withCString { unsafe statvfs($0, &status) }
        return result == 0 && status.f_flag & UInt(ST_RDONLY) != 0
    }
}
