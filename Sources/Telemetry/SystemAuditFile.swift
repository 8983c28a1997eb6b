import Glibc

/// The audit log's place on this machine.
package enum SystemAuditTarget: AuditTarget {
    case standardOutput
    case path(String)

    package func open() throws(AuditFault) -> any AuditFile {
        switch self {
        case .standardOutput:
            return try SystemAuditFile(AuditDescriptor(number: STDOUT_FILENO), name: "standard output", path: nil)
        case .path(let path):
            // O_NONBLOCK: a FIFO that nobody reads must not make us wait for its other end.
            let number = unsafe openat(
                AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
            guard number >= 0 else { throw .system(call: "open", target: path, code: errno) }
            return try SystemAuditFile(AuditDescriptor(number: number), name: path, path: path)
        }
    }
}

/// A descriptor that is closed exactly once; standard output is not ours to close.
private struct AuditDescriptor: ~Copyable {
    let number: Int32

    deinit { if number != STDOUT_FILENO { close(number) } }
}

private final class SystemAuditFile: AuditFile {
    /// Between two tries to get a lock that another process holds.
    private static let lockPause: useconds_t = 1_000

    private let descriptor: AuditDescriptor
    /// Opened by us, under a path; what standard output is has no name that we would know.
    private let hasPath: Bool
    let name: String
    let isRegular: Bool
    let endsWithWholeLine: Bool

    init(_ descriptor: consuming AuditDescriptor, name: String, path: String?) throws(AuditFault) {
        var status = stat()
        guard unsafe fstat(descriptor.number, &status) == 0 else {
            throw .system(call: "fstat", target: name, code: errno)
        }
        isRegular = status.st_mode & S_IFMT == S_IFREG
        endsWithWholeLine = !isRegular || status.st_size == 0 || Self.endsWithNewline(path, status.st_size)
        self.descriptor = descriptor
        hasPath = path != nil
        self.name = name
    }

    /// Of a file that we may not read nothing is known: an empty line does less harm than two lines in one.
    private static func endsWithNewline(_ path: String?, _ size: off_t) -> Bool {
        // What standard output was before us is its owner's.
        guard let path else { return true }
        let number = unsafe openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { return false }
        let reader = AuditDescriptor(number: number)
        var last: UInt8 = 0
        return unsafe pread(reader.number, &last, 1, size - 1) == 1 && last == UInt8(ascii: "\n")
    }

    func lock(within patience: Duration) throws(AuditFault) {
        let end = ContinuousClock.now + patience
        while flock(descriptor.number, LOCK_EX | LOCK_NB) != 0 {
            // A file system without locks has none to wait for.
            guard errno == EWOULDBLOCK || errno == EINTR else { return }
            guard ContinuousClock.now < end else { throw .locked(target: name) }
            usleep(Self.lockPause)
        }
    }

    func unlock() { flock(descriptor.number, LOCK_UN) }

    func length() throws(AuditFault) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor.number, &status) == 0 else { throw fault("fstat") }
        if hasPath, status.st_nlink == 0 { throw .deleted(target: name) }
        return Int(status.st_size)
    }

    func write(_ bytes: Span<UInt8>) throws(AuditFault) -> Int {
        let taken = unsafe bytes.withUnsafeBytes { buffer in
            var taken = 0
            repeat {
                taken = unsafe Glibc.write(descriptor.number, buffer.baseAddress, buffer.count)
            } while taken < 0 && errno == EINTR
            return taken
        }
        if taken >= 0 { return taken }
        // It looked ready and is not: others write to it too.
        if errno == EAGAIN, !isRegular { return 0 }
        throw fault("write")
    }

    func isReady(within patience: Duration) throws(AuditFault) -> Bool {
        let end = ContinuousClock.now + patience
        while true {
            let (seconds, attoseconds) = max(.zero, end - .now).components
            var ready = pollfd(fd: descriptor.number, events: Int16(POLLOUT), revents: 0)
            // Rounded up, so that the last wait is not a spin.
            let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
            let count = unsafe poll(&ready, 1, Int32(milliseconds))
            if count >= 0 { return count > 0 }
            guard errno == EINTR else { throw fault("poll") }
        }
    }

    func truncate(to length: Int) throws(AuditFault) {
        guard ftruncate(descriptor.number, off_t(length)) == 0 else { throw fault("ftruncate") }
        // Standard output may be a file that was not opened to append.
        lseek(descriptor.number, 0, SEEK_END)
    }

    private func fault(_ call: String) -> AuditFault { .system(call: call, target: name, code: errno) }
}
