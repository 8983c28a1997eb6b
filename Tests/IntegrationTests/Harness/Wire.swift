import Foundation
import Glibc
import TLSClient

/// A raw connection to a server on this machine. Whatever it waits for, it waits a bounded time.
final class Wire {
    private let descriptor: Int32
    /// Where TLS is spoken.
    let tls: TLSClient?
    private(set) var received: [UInt8] = []

    init(port: UInt16, tls: TLSClient? = nil, waitingAtMost limit: Duration = .seconds(20)) throws {
        self.tls = tls
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessFault("no socket: \(errno)") }
        var time = timeval(tv_sec: Int(limit.components.seconds) * Sanitizer.patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        var yes: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard connectToLoopback(descriptor, port) else {
            // The descriptor is closed by `deinit`, which runs although this throws: all members have their values.
            let code = errno
            throw HarnessFault("cannot connect to port \(port): \(unsafe String(cString: strerror(code)))")
        }
        if let tls { try shakeHands(tls) }
    }

    private func shakeHands(_ tls: TLSClient) throws {
        var isDone = false
        while !isDone {
            do {
                isDone = try tls.handshake()
            } catch {
                // The other side is told why.
                try? push(tls.takeOutput())
                throw error
            }
            try push(tls.takeOutput())
            guard !isDone else { return }
            guard let bytes = try pull() else { throw Gone(reason: "end in the handshake") }
            tls.feed(bytes)
        }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        guard let tls else { return try push(bytes) }
        try tls.write(bytes)
        try push(tls.takeOutput())
    }

    /// Sends bytes as they are on the wire.
    func push(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Gone(reason: "send: \(errno)") }
            done += count
        }
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Takes what arrives next into `received`; false when the other side has ended.
    func receive() throws -> Bool {
        guard let bytes = try pull() else { return false }
        guard let tls else {
            received += bytes
            return true
        }
        tls.feed(bytes)
        received += try tls.read()
        return true
    }

    /// What arrives next, as it is on the wire; nothing when the other side has ended.
    private func pull() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count == 0 { return nil }
        if count < 0 {
            if errno == ECONNRESET { throw Gone(reason: "reset") }
            throw HarnessFault("nothing arrived in time (\(errno)); so far: \(text)")
        }
        return Array(buffer[..<count])
    }

    /// Whether anything, the other side's end included, arrives in that time.
    func hasArrived(within limit: Duration) throws -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = limit.components.seconds * 1_000 + limit.components.attoseconds / 1_000_000_000_000_000
        return unsafe poll(&ready, 1, Int32(milliseconds)) > 0
    }

    /// All that arrives until the other side ends.
    func receiveToEnd() throws -> String {
        do {
            while try receive() {}
        } catch is Gone {
            // A reset ends it too; what had arrived counts.
        }
        return text
    }

    /// Forgets the first bytes of what was received.
    func drop(_ count: Int) { received.removeFirst(count) }

    var text: String { String(decoding: received, as: UTF8.self) }

    /// The other side has ended the connection.
    struct Gone: Error { let reason: String }
}
