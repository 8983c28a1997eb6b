internal import Glibc

/// The error number of a system call.
package struct Errno: Error, Equatable, Sendable, CustomStringConvertible {
    package let code: CInt

    package init(code: CInt) {
        self.code = code
    }

    /// Of what is no regular file, and must be one.
    static let notRegular = Errno(code: EINVAL)

    /// That of the call just made on this thread.
    static var last: Errno { Errno(code: errno) }

    /// The path, or what it led to, went away under the reader, as happens in the middle of a swap.
    var isVanishing: Bool { code == ENOENT || code == ESTALE }
    package var isMissing: Bool { code == ENOENT }
    var isDenied: Bool { code == EACCES || code == EPERM }
    var isExhaustion: Bool { code == EMFILE || code == ENFILE || code == ENOMEM }

    package var description: String {
        // Nearly all that a file can be refused for, and then the answer should not take longer than any other.
        if code == EACCES { return "Permission denied" }
        var room = [CChar](repeating: 0, count: 256)
        guard unsafe strerror_r(code, &room, room.count) == 0 else { return "error \(code)" }
        return String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
