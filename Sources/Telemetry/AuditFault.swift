import Glibc

/// Why audit lines are not written.
package enum AuditFault: Error, Equatable, CustomStringConvertible {
    /// A system call failed; the code is the system's error number.
    case system(call: String, target: String, code: Int32)
    /// The reader of a pipe takes nothing.
    case stalled(target: String)
    /// Another process has held the lock on the file all the time that we waited for it.
    case locked(target: String)
    /// The file was deleted, so that nobody could read what is appended to it.
    case deleted(target: String)
    /// It was closed before.
    case closed

    package var description: String {
        switch self {
        case .system(let call, let target, let code): "\(call) \(target): \(Self.text(of: code)) (errno \(code))"
        case .stalled(let target): "\(target): its reader takes nothing"
        case .locked(let target): "\(target): another process holds the lock on it"
        case .deleted(let target): "\(target): it was deleted"
        case .closed: "the audit log is closed"
        }
    }

    private static func text(of code: Int32) -> String {
        var room = [CChar](repeating: 0, count: 256)
        guard unsafe strerror_r(code, &room, room.count) == 0 else { return "error" }
        return String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
