import Glibc
import Vault

/// The lines of a load: a file, or standard input where its name is `-`.
struct LoadInput: ~Copyable {
    /// Bytes of it, where it is a regular file.
    let size: Int?
    private let descriptor: CInt

    /// How long `next` waits, in milliseconds.
    private static let patience: CInt = 100
    private static let piece = 65_536

    init(_ name: String) throws(Refusal) {
        let descriptor = name == "-" ? STDIN_FILENO : unsafe open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Refusal(.inputOutput, "load \"\(name)\" cannot be read (\(Errno(code: errno))); name a file")
        }
        self.descriptor = descriptor
        var status = stat()
        let isRegular = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int(status.st_size) : nil
    }

    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

    /// The next bytes, none at the end; nil when nothing came for a moment, so that who asks can look at other things.
    func next() throws(Errno) -> [UInt8]? {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&ready, 1, Self.patience) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.piece)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        if count >= 0 { return Array(bytes[..<count]) }
        guard errno != EINTR else { return nil }
        throw Errno(code: errno)
    }
}
