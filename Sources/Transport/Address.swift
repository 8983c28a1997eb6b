internal import Glibc

/// An IP address and port. IPv4 is kept as its IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2), so that a peer is the same
/// whichever kind of socket accepted it.
package struct Address: Hashable, Sendable, CustomStringConvertible {
    /// The first and the last eight bytes of the address, most significant first.
    private let high: UInt64
    private let low: UInt64
    package let port: UInt16

    package init(ipv4: UInt32, port: UInt16) {
        self.high = 0
        self.low = Self.mappedPrefix << 32 | UInt64(ipv4)
        self.port = port
    }

    package init(ipv6 high: UInt64, _ low: UInt64, port: UInt16) {
        self.high = high
        self.low = low
        self.port = port
    }

    /// Nothing for an address that is neither IPv4 nor IPv6.
    init?(_ storage: sockaddr_storage) {
        // The layouts of sockaddr_in and sockaddr_in6: the port at 2, the address at 4 or at 8.
        let port = UInt16(
            bigEndian: unsafe withUnsafeBytes(of: storage) { unsafe $0.load(fromByteOffset: 2, as: UInt16.self) })
        switch Int32(storage.ss_family) {
        case AF_INET:
            let address = unsafe withUnsafeBytes(of: storage) { unsafe $0.load(fromByteOffset: 4, as: UInt32.self) }
            self.init(ipv4: UInt32(bigEndian: address), port: port)
        case AF_INET6:
            let high = unsafe withUnsafeBytes(of: storage) { unsafe $0.load(fromByteOffset: 8, as: UInt64.self) }
            let low = unsafe withUnsafeBytes(of: storage) { unsafe $0.load(fromByteOffset: 16, as: UInt64.self) }
            self.init(ipv6: UInt64(bigEndian: high), UInt64(bigEndian: low), port: port)
        default:
            return nil
        }
    }

    /// 127.0.0.0/8 or ::1 (RFC 6890 §2.2.2, §2.2.3).
    package var isLoopback: Bool {
        if let ipv4 { return ipv4 >> 24 == 127 }
        return high == 0 && low == 1
    }

    /// The address alone: what a limit for one address counts by.
    package var host: Address {
        Address(ipv6: high, low, port: 0)
    }

    package var description: String {
        guard let ipv4 else {
            let groups = [high, low].flatMap { half in (0..<4).map { half >> (48 - 16 * $0) & 0xffff } }
            return "[\(groups.map { String($0, radix: 16) }.joined(separator: ":"))]:\(port)"
        }
        return "\(ipv4 >> 24).\(ipv4 >> 16 & 255).\(ipv4 >> 8 & 255).\(ipv4 & 255):\(port)"
    }

    private static let mappedPrefix: UInt64 = 0xffff

    private var ipv4: UInt32? {
        high == 0 && low >> 32 == Self.mappedPrefix ? UInt32(truncatingIfNeeded: low) : nil
    }
}
