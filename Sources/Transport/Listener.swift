internal import CLinux
internal import Glibc

/// A listening TCP socket.
struct Listener: ~Copyable, Sendable {
    let descriptor: Descriptor
    let address: Address

    /// Connections that may wait to be accepted; the kernel cuts it to `net.core.somaxconn`.
    private static let backlog: Int32 = 4_096
    /// Bytes of a response that the kernel takes and has not sent.
    private static let unsentBytes: Int32 = 131_072

    /// Binds `host`, a name or an address, and listens: of a name's addresses the first one that can be bound. Port 0
    /// takes a free one. With `onlyLoopback` an address that others can reach is refused, whatever the name said.
    init(host: String, port: UInt16, onlyLoopback: Bool) throws(TransportError) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else {
            let reason = unsafe gai_strerror(status).map { unsafe String(cString: $0) } ?? "it cannot be resolved"
            throw .cannotListen(host: host, port: port, reason: reason)
        }
        defer { unsafe freeaddrinfo(list) }
        var fault = TransportError.cannotListen(host: host, port: port, reason: "it has no address")
        var next = unsafe list
        while let entry = unsafe next {
            do throws(TransportError) {
                unsafe try self.init(entry: entry.pointee, host, port, onlyLoopback)
                return
            } catch {
                fault = error
            }
            unsafe next = entry.pointee.ai_next
        }
        throw fault
    }

    private init(
        entry: addrinfo, _ host: String, _ port: UInt16, _ onlyLoopback: Bool
    ) throws(TransportError) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = try Descriptor(socket(unsafe entry.ai_family, kind, 0), from: "socket")
        // Without it a restart would have to wait for the old connections' TIME_WAIT. SO_REUSEPORT is not set: a second
        // server on a taken port must fail, not share it.
        Self.set(SO_REUSEADDR, at: SOL_SOCKET, on: descriptor.number, to: 1)
        // Each connection inherits it. The kernel takes no more than this ahead of what the peer has room for: a peer
        // that reads nothing holds little memory, and whether one that reads slowly keeps the pace is seen in time.
        Self.set(TCP_NOTSENT_LOWAT, at: Int32(IPPROTO_TCP), on: descriptor.number, to: Self.unsentBytes)
        guard unsafe bind(descriptor.number, entry.ai_addr, entry.ai_addrlen) == 0 else {
            throw .cannotListen(host: host, port: port, reason: systemReason(errno))
        }
        guard let address = Self.localAddress(of: descriptor.number) else {
            throw .system(call: "getsockname", errno: errno)
        }
        guard address.isLoopback || !onlyLoopback else {
            throw .cannotListen(host: host, port: port, reason: "it is not loopback, which needs a root secret")
        }
        guard Glibc.listen(descriptor.number, Self.backlog) == 0 else {
            throw .cannotListen(host: host, port: port, reason: systemReason(errno))
        }
        self.descriptor = descriptor
        self.address = address
    }

    enum Accepted {
        case connection(descriptor: Int32, peer: Address)
        /// Nobody is waiting.
        case none
        /// The one who waited has gone again.
        case gone
        /// The system has no descriptor or no memory for one more.
        case exhausted(errno: Int32)
    }

    func accept() -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let accepted = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe accept4(descriptor.number, $0, &length, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
            }
        }
        guard accepted >= 0 else {
            switch errno {
            case EAGAIN: return .none
            // What Linux hands on from the connection that was waiting (accept(2)).
            case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP,
                ENETUNREACH, EPERM, ETIMEDOUT:
                return .gone
            default: return .exhausted(errno: errno)
            }
        }
        guard let peer = Address(storage) else {
            _ = close(accepted)
            return .gone
        }
        Self.set(TCP_NODELAY, at: Int32(IPPROTO_TCP), on: accepted, to: 1)
        return .connection(descriptor: accepted, peer: peer)
    }

    private static func set(_ option: Int32, at level: Int32, on descriptor: Int32, to value: Int32) {
        var value = value
        _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func localAddress(of descriptor: Int32) -> Address? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        return status == 0 ? Address(storage) : nil
    }
}
