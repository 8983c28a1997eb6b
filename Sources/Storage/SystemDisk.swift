import Glibc

/// The file system of this machine.
package struct SystemDisk: Disk {
    package init() {}

    package func makeFolder(_ path: String) throws(DiskFault) -> Bool {
        if unsafe mkdir(path, 0o700) == 0 { return true }
        let fault = DiskFault(call: "mkdir", path: path, code: errno)
        guard fault.code == EEXIST else { throw fault }
        return false
    }

    package func syncFolder(_ path: String) throws(DiskFault) {
        let folder = try Descriptor(opening: path, O_RDONLY | O_DIRECTORY)
        // EINVAL: a file system without a sync of its own for folders (some FUSE and network ones).
        guard fsync(folder.number) == 0 || errno == EINVAL else {
            throw DiskFault(call: "fsync", path: path, code: errno)
        }
    }

    package func names(in folder: String) throws(DiskFault) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw DiskFault(call: "opendir", path: folder, code: errno) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            // An error and the end look alike but for the number.
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw DiskFault(call: "readdir", path: folder, code: errno) }
        return names
    }

    package func rename(_ path: String, to other: String) throws(DiskFault) {
        guard unsafe Glibc.rename(path, other) == 0 else { throw DiskFault(call: "rename", path: path, code: errno) }
    }

    package func remove(_ path: String) throws(DiskFault) {
        guard unsafe unlink(path) == 0 else { throw DiskFault(call: "unlink", path: path, code: errno) }
    }

    package func removeFolder(_ path: String) throws(DiskFault) {
        guard unsafe rmdir(path) == 0 else { throw DiskFault(call: "rmdir", path: path, code: errno) }
    }

    package func open(_ path: String, for purpose: OpenPurpose) throws(DiskFault) -> any DiskFile {
        let flags =
            switch purpose {
            case .reading: O_RDONLY
            case .writing: O_RDWR
            case .creating: O_RDWR | O_CREAT
            }
        // O_NONBLOCK: a FIFO in the file's place must not make us wait for its other end.
        return SystemFile(descriptor: try Descriptor(opening: path, flags | O_NONBLOCK), path: path)
    }
}

/// A file descriptor, closed exactly once. Programs we might start do not inherit it.
private struct Descriptor: ~Copyable {
    let number: Int32

    init(opening path: String, _ flags: Int32) throws(DiskFault) {
        number = unsafe openat(AT_FDCWD, path, flags | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw DiskFault(call: "open", path: path, code: errno) }
    }

    deinit { if number >= 0 { close(number) } }
}

private final class SystemFile: DiskFile {
    private let descriptor: Descriptor
    let path: String

    init(descriptor: consuming Descriptor, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    func read(upTo count: Int, at offset: Int) throws(DiskFault) -> [UInt8] {
        var taken = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            repeat {
                taken = unsafe pread(descriptor.number, buffer.baseAddress, count, off_t(offset))
            } while taken < 0 && errno == EINTR
            filled = max(taken, 0)
        }
        guard taken >= 0 else { throw fault("pread") }
        return bytes
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(DiskFault) -> Int {
        let taken = unsafe bytes.withUnsafeBufferPointer { buffer in
            var taken = 0
            repeat {
                taken = unsafe pwrite(descriptor.number, buffer.baseAddress, buffer.count, off_t(offset))
            } while taken < 0 && errno == EINTR
            return taken
        }
        guard taken >= 0 else { throw fault("pwrite") }
        return taken
    }

    func truncate(to length: Int) throws(DiskFault) {
        guard ftruncate(descriptor.number, off_t(length)) == 0 else { throw fault("ftruncate") }
    }

    func sync() throws(DiskFault) {
        guard fdatasync(descriptor.number) == 0 else { throw fault("fdatasync") }
    }

    func isInPlace() throws(DiskFault) -> Bool {
        var (own, named) = (stat(), stat())
        guard unsafe fstat(descriptor.number, &own) == 0 else { throw fault("fstat") }
        guard unsafe stat(path, &named) == 0 else {
            guard [ENOENT, ENOTDIR].contains(errno) else { throw fault("stat") }
            return false
        }
        return own.st_dev == named.st_dev && own.st_ino == named.st_ino
    }

    func lock() throws(DiskFault) -> Bool {
        if flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw fault("flock") }
        return false
    }

    private func fault(_ call: String) -> DiskFault { DiskFault(call: call, path: path, code: errno) }
}
