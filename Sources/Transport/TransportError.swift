internal import Glibc

/// Why bytes could not be moved.
package enum TransportError: Error, Sendable, CustomStringConvertible {
    /// The peer closed its side, or the connection broke.
    case closed
    /// The deadline passed first.
    case timedOut
    /// The server is stopping and this connection was idle.
    case stopping
    /// The address cannot be listened on; `reason` says why in the system's words.
    case cannotListen(host: String, port: UInt16, reason: String)
    /// A system call failed in a way that is nobody's input.
    case system(call: String, errno: Int32)

    package var description: String {
        switch self {
        case .closed: "the peer has closed the connection"
        case .timedOut: "the deadline has passed"
        case .stopping: "the server is stopping"
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host) port \(port): \(reason)"
        case .system(let call, let number): "\(call) failed: \(systemReason(number))"
        }
    }
}

extension TransportError {
    /// Why a connection can be neither waited for nor read nor written: that its peer has gone is no fault.
    static func ofConnection(errno number: Int32) -> TransportError {
        switch number {
        case ECONNRESET, EPIPE, ETIMEDOUT, ENOTCONN, EHOSTUNREACH, ENETUNREACH: .closed
        default: .system(call: "recv, send or epoll_ctl", errno: number)
        }
    }
}

/// The system's words for an error number.
func systemReason(_ number: Int32) -> String {
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
}
