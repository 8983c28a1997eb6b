import Glibc
import Synchronization

/// Ports for servers that cannot say which one they took. They lie below those that the system hands out by itself
/// (`ip_local_port_range`, from 32768), so that no other server and no connection gets one in the meantime.
enum ReservedPort {
    private static let range: Range<UInt16> = 10_000..<30_000
    /// Another run of the tests on this machine begins elsewhere.
    private static let taken = Atomic(Int(getpid()) * 50)

    /// One that nobody listens on, and that no other call answers.
    static func take() throws -> UInt16 {
        for _ in range {
            let number = taken.add(1, ordering: .relaxed).newValue % range.count
            let port = range.lowerBound + UInt16(number)
            if isFree(port) { return port }
        }
        throw HarnessFault("no port of \(range) is free")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        return bindToLoopback(descriptor, port)
    }
}
