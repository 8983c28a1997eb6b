internal import CLinux
internal import Glibc

/// The kernel's readiness queue (epoll(7)) with a doorbell that other threads ring to wake it.
struct Epoll: ~Copyable, Sendable {
    struct Interest: OptionSet, Sendable {
        let rawValue: UInt32
        /// Announced once: what has come, and its end.
        static let read = Interest(rawValue: EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue)
        /// Announced as long as it holds.
        static let write = Interest(rawValue: EPOLLOUT.rawValue)
        /// Somebody waits to be accepted: announced as long as it holds.
        static let accept = Interest(rawValue: EPOLLIN.rawValue)
    }

    /// Room for the events of one wait; more of them come with the next one.
    @safe
    struct Events {
        /// Unsafe only for the pointer in the event's union, which is never used.
        fileprivate var list = unsafe [epoll_event](repeating: epoll_event(), count: 256)
    }

    private static let end = EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue

    private let queue: Descriptor
    private let doorbell: Descriptor

    init() throws(TransportError) {
        let queue = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), from: "epoll_create1")
        let doorbell = try Descriptor(eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)), from: "eventfd")
        try Self.control(queue, EPOLL_CTL_ADD, doorbell.number, .read)
        self.queue = queue
        self.doorbell = doorbell
    }

    func add(_ descriptor: Int32, _ interest: Interest) throws(TransportError) {
        try Self.control(queue, EPOLL_CTL_ADD, descriptor, interest)
    }

    func modify(_ descriptor: Int32, _ interest: Interest) throws(TransportError) {
        try Self.control(queue, EPOLL_CTL_MOD, descriptor, interest)
    }

    func remove(_ descriptor: Int32) {
        try? Self.control(queue, EPOLL_CTL_DEL, descriptor, [])
    }

    /// Wakes a `wait`, from any thread.
    func ring() {
        // A full counter (EAGAIN) means that the bell is ringing already.
        _ = eventfd_write(doorbell.number, 1)
    }

    /// Waits for `milliseconds` at most (-1: without end) and calls `ready` with each descriptor that has news, and
    /// whether that is, or may be, the end of its stream. Answers whether the bell rang.
    func wait(milliseconds: Int32, events: inout Events, ready: (Int32, Bool) -> Void) -> Bool {
        let count = unsafe epoll_wait(queue.number, &events.list, Int32(events.list.count), milliseconds)
        guard count > 0 else { return false }
        var rang = false
        for index in 0..<Int(count) {
            let descriptor = unsafe events.list[index].data.fd
            if descriptor == doorbell.number {
                var rings: eventfd_t = 0
                _ = unsafe eventfd_read(descriptor, &rings)
                rang = true
            } else {
                ready(descriptor, unsafe events.list[index].events & Self.end != 0)
            }
        }
        return rang
    }

    private static func control(
        _ queue: borrowing Descriptor, _ operation: Int32, _ descriptor: Int32, _ interest: Interest
    ) throws(TransportError) {
        var event = unsafe epoll_event(events: interest.rawValue, data: epoll_data_t(fd: descriptor))
        guard unsafe epoll_ctl(queue.number, operation, descriptor, &event) == 0 else {
            throw .system(call: "epoll_ctl", errno: errno)
        }
    }
}
