internal import Glibc

/// Where the kernel puts what a connection has to say, on its way into an array of the right size. Overwritten at once:
/// it may have been credentials.
@safe
struct ReceivingRoom: ~Copyable {
    /// Bytes that one read takes at most.
    static let size = 65_536

    private let bytes: UnsafeMutableRawBufferPointer

    init() {
        unsafe bytes = .allocate(byteCount: Self.size, alignment: 64)
    }

    deinit {
        unsafe bytes.deallocate()
    }

    /// What the connection has now, nothing where that is nothing; and whether it may have more.
    func receive(from descriptor: Int32) -> (wakeup: EventLoop.Wakeup?, isFull: Bool) {
        var count = 0
        repeat {
            count = unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
        } while count < 0 && errno == EINTR
        guard count > 0, let start = unsafe bytes.baseAddress else {
            if count == 0 { return (.ended, false) }
            return (errno == EAGAIN ? nil : .failed(errno: errno), false)
        }
        defer { unsafe explicit_bzero(start, count) }
        return (.bytes(unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))), count == Self.size)
    }
}
