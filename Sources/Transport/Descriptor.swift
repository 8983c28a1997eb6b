internal import Glibc

/// A file descriptor that is closed exactly once.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32

    init(adopting number: Int32) {
        self.number = number
    }

    /// Adopts what a system call answered; its failure is named by the call.
    init(_ number: Int32, from call: String) throws(TransportError) {
        guard number >= 0 else { throw .system(call: call, errno: errno) }
        self.number = number
    }

    /// Has the kernel throw away what a socket has not sent when it is closed, and tell the peer by a reset.
    func resetWhenClosed() {
        var choice = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_LINGER, &choice, socklen_t(MemoryLayout<linger>.size))
    }

    deinit {
        // EINTR from close(2) on Linux still closes: trying again could close somebody else's descriptor.
        _ = close(number)
    }
}
