internal import Glibc

/// Bytes that a peer sent. They may hold credentials, so they have one owner, and are overwritten when it ends; what
/// they outgrow or drop before that is overwritten too.
///
/// What is copied out of them is up to whoever copies it. An array or slice taken out of `bytes` shares their memory
/// and holds zeros once they have ended, so give them a name that lives as long: `content().bytes` is too short.
package struct ReceivedBytes: ~Copyable, Sendable {
    package private(set) var bytes: [UInt8]

    package init() {
        bytes = []
    }

    /// Takes an array over; nobody else may hold it.
    package init(taking bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    /// A copy, with no more room than it takes.
    package init(copying bytes: Span<UInt8>) {
        self.init()
        append(bytes)
    }

    /// Where there is nothing yet, the bytes change hands and are not copied.
    package mutating func append(_ more: consuming ReceivedBytes) {
        guard bytes.isEmpty else { return append(more.bytes.span) }
        self = more
    }

    package mutating func append(_ more: Span<UInt8>) {
        let count = bytes.count + more.count
        if count > bytes.capacity {
            var larger: [UInt8] = []
            larger.reserveCapacity(max(count, 2 * bytes.count))
            larger += bytes
            overwrite()
            bytes = larger
        }
        unsafe more.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func removeFirst(_ count: Int) {
        self = ReceivedBytes(copying: bytes.span.extracting(count...))
    }

    deinit {
        overwrite()
    }

    /// In place, whoever else may look at the memory: a copy is what must not be left over.
    private func overwrite() {
        unsafe bytes.withUnsafeBytes { used in
            guard let start = used.baseAddress else { return }
            unsafe explicit_bzero(UnsafeMutableRawPointer(mutating: start), used.count)
        }
    }
}
