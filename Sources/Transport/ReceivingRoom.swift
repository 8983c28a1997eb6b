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

    /// What the connection has now; nothing where that is nothing.
    func receive(from descriptor: Int32) -> EventLoop.Wakeup? {
        let count = unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
        guard count > 0, let start = unsafe bytes.baseAddress else {
            if count == 0 { return .ended }
            return errno == EAGAIN || errno == EINTR ? nil : .failed(errno: errno)
        }
        defer { unsafe explicit_bzero(start, count) }
        return .bytes(unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count)))
    }
}
