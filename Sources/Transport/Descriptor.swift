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

    deinit {
        // EINTR from close(2) on Linux still closes: trying again could close somebody else's descriptor.
        _ = close(number)
    }
}
