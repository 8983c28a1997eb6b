import Glibc

/// Connects a socket to a port of 127.0.0.1; false, with the reason in `errno`, where nobody takes it.
func connectToLoopback(_ descriptor: Int32, _ port: UInt16) -> Bool {
    unsafe withLoopbackAddress(port) { unsafe connect(descriptor, $0, $1) } == 0
}

/// Whether a socket can have a port of 127.0.0.1 for itself.
func bindToLoopback(_ descriptor: Int32, _ port: UInt16) -> Bool {
    unsafe withLoopbackAddress(port) { unsafe bind(descriptor, $0, $1) } == 0
}

private func withLoopbackAddress(_ port: UInt16, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
