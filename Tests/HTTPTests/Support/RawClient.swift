import Foundation
import TLSClient
import Testing

/// A blocking client on a raw socket: what a test sends is what the server gets.
final class RawClient {
    private let descriptor: Int32
    private let tls: TLSClient?

    init(port: UInt16, tls: TLSClient? = nil) throws {
        self.tls = tls
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        // No test waits longer than this for an answer that does not come.
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard let tls else { return }
        while try !tls.handshake() {
            push(tls.takeOutput())
            tls.feed(try #require(pull()))
        }
        push(tls.takeOutput())
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        guard let tls else { return push(Array(text.utf8)) }
        try? tls.write(Array(text.utf8))
        push(tls.takeOutput())
    }

    /// Sends no more than the first `count` bytes of what `text` is on the wire.
    func send(_ text: String, onlyFirst count: Int) {
        try? tls?.write(Array(text.utf8))
        push(Array((tls?.takeOutput() ?? Array(text.utf8)).prefix(count)))
    }

    /// Sends what holds nothing of a request: an empty line, or a record of TLS that has no content.
    func sendNothing(asking: Bool) {
        guard let tls else { return push(Array("\r\n".utf8)) }
        tls.updateKeys(asking: asking)
        _ = try? tls.handshake()
        push(tls.takeOutput())
    }

    private func push(_ bytes: [UInt8]) {
        _ = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// What arrives next, as it is on the wire; nothing at the end.
    private func pull() -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &piece, piece.count, 0)
        if count < 0, errno == EAGAIN { Issue.record("no answer came") }
        return count > 0 ? Array(piece[..<count]) : nil
    }

    /// Bytes that were sent and that the other side's kernel has not acknowledged.
    var unacknowledged: Int {
        var count: Int32 = 0
        _ = unsafe ioctl(descriptor, UInt(TIOCOUTQ), &count)
        return Int(count)
    }

    /// Whether anything, the other side's end included, arrives in that time.
    func hasArrived(within milliseconds: Int32) -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&ready, 1, milliseconds) > 0
    }

    /// Takes up to `limit` bytes of what has arrived, without waiting; answers how many those were.
    func take(_ limit: Int) -> Int {
        var bytes = [UInt8](repeating: 0, count: limit)
        return max(0, unsafe recv(descriptor, &bytes, limit, Int32(MSG_DONTWAIT)))
    }

    /// How the connection ended, once it did: 0 at the end of the stream, else the error number.
    func ending() -> Int32 {
        var byte: UInt8 = 0
        while true {
            let count = unsafe recv(descriptor, &byte, 1, 0)
            if count <= 0 { return count == 0 ? 0 : errno }
        }
    }

    func finish() {
        if let tls {
            tls.close()
            push(tls.takeOutput())
        }
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Reads until `text` has come, or the stream ends; answers all that came.
    func read(until text: String? = nil) -> String {
        var all: [UInt8] = []
        while true {
            let received = String(decoding: all, as: UTF8.self)
            if let text, received.contains(text) { return received }
            guard let piece = pull() else {
                // Whoever speaks TLS says where the stream ends; without it nobody knows that it is all.
                if let tls, !tls.isEnded { Issue.record("no close_notify came") }
                return received
            }
            guard let tls else {
                all += piece
                continue
            }
            tls.feed(piece)
            do { all += try tls.read() } catch { Issue.record("\(error)") }
        }
    }
}
