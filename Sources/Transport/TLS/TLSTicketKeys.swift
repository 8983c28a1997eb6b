internal import CTLS

/// The keys that session tickets are sealed with (RFC 5077 §4, RFC 8446 §4.6.1). The server keeps no sessions: all that
/// a resumption needs is in the ticket. Contexts that share keys resume each other's sessions, so that they outlive a
/// swap of the certificate. Overwritten at the end.
package final class TLSTicketKeys: Sendable {
    /// OpenSSL's layout: 16 bytes for the name, 32 for HMAC-SHA-256, 32 for AES-256.
    private static let size = 80

    private let bytes: [UInt8]

    /// New keys; a fault of the system's randomness is `unavailable`.
    package init() throws(TLSCredentialFault) {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        guard unsafe RAND_bytes(&bytes, Int32(bytes.count)) == 1 else { throw .unavailable(TLSErrorQueue.take().text) }
        self.bytes = bytes
    }

    deinit {
        unsafe bytes.withUnsafeBytes { used in
            guard let start = used.baseAddress else { return }
            unsafe OPENSSL_cleanse(UnsafeMutableRawPointer(mutating: start), used.count)
        }
    }

    /// Copies the keys into a context.
    func give(to context: OpaquePointer) -> Bool {
        unsafe bytes.withUnsafeBytes { used in
            // OpenSSL's macro takes a pointer to what it does not change.
            let start = unsafe UnsafeMutableRawPointer(mutating: used.baseAddress)
            return unsafe tls_set_ticket_keys(context, start, used.count) == 1
        }
    }
}
