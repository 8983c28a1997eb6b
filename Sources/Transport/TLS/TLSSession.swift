internal import CTLS

/// The server's end of one TLS connection, as a pure machine: it is fed the bytes that arrive and asked for those to be
/// sent; between them stands the plaintext. It never waits and knows no socket.
///
/// Received plaintext is kept by whoever asked for it alone: OpenSSL overwrites its own copy as it hands it out.
@safe final class TLSSession {
    /// Plaintext beyond what has arrived that may come out of one reading: a record that OpenSSL had in part.
    private static let recordSize = 16_384

    private let ssl: OpaquePointer
    private let wire = TLSWire()
    /// Outlives the session, which uses its kind of BIO.
    private let context: TLSContext
    /// The other side has said that it will send no more (close_notify).
    private(set) var isEnded = false
    /// No more can be sent in good order: close_notify was said, or bytes were lost.
    private(set) var isClosed = false

    init(_ context: TLSContext) throws(HandshakeFault) {
        guard let (ssl, bio) = unsafe context.makeSession() else { throw HandshakeFault(TLSErrorQueue.take()) }
        unsafe self.ssl = ssl
        self.context = context
        unsafe wire.attach(to: bio)
    }

    deinit {
        unsafe SSL_free(ssl)
    }

    /// Takes bytes that arrived.
    func feed(_ bytes: consuming [UInt8]) { wire.feed(bytes) }

    /// The bytes that are to be sent now.
    func takeOutput() -> [UInt8] { wire.takeOutput() }

    /// Output that was taken and could not be sent yet.
    func putBack(_ bytes: Span<UInt8>) { wire.putBack(bytes) }

    var hasOutput: Bool { wire.hasOutput }

    /// Part of a record has come, or TLS has something to say of its own, or it has come to its end: that is not
    /// waited for idly.
    var wantsReading: Bool { isWithinRecord || hasOutput || isEnded || isClosed }

    /// Goes on with the handshake as far as what arrived allows; whether it is done. After a fault there may be an
    /// alert to be sent.
    func handshake() throws(HandshakeFault) -> Bool {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return true }
        if unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ { return false }
        isClosed = true
        throw HandshakeFault(TLSErrorQueue.take())
    }

    /// Whether a record has arrived in part.
    var isWithinRecord: Bool { wire.unread > 0 || hasPartOfRecord }

    private var hasPartOfRecord: Bool { unsafe SSL_has_pending(ssl) == 1 }

    /// Appends the plaintext of all that arrived; whether there is any. Fails with `closed` where the bytes break the
    /// rules; then there may be an alert to be sent.
    func open(into buffer: inout ReceivedBytes) throws(TransportError) -> Bool {
        var isAny = false
        while !isEnded, isWithinRecord {
            let room = wire.unread + (hasPartOfRecord ? Self.recordSize : 0)
            var result: Int32 = 0
            ERR_clear_error()
            let plaintext = unsafe [UInt8](unsafeUninitializedCapacity: room) { room, filled in
                while filled < room.count {
                    var count = 0
                    let place = unsafe room.baseAddress.map { unsafe $0 + filled }
                    result = unsafe SSL_read_ex(ssl, place, room.count - filled, &count)
                    guard result == 1 else { return }
                    filled += count
                }
            }
            if !plaintext.isEmpty {
                isAny = true
                buffer.append(ReceivedBytes(taking: plaintext))
            }
            if result == 1 { continue }
            switch unsafe SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ: return isAny
            case SSL_ERROR_ZERO_RETURN: isEnded = true
            default:
                isClosed = true
                ERR_clear_error()
                throw .closed
            }
        }
        return isAny
    }

    /// Seals plaintext into records that are to be sent.
    func seal(_ bytes: Span<UInt8>) throws(TransportError) {
        var count = 0
        ERR_clear_error()
        let result = unsafe bytes.withUnsafeBufferPointer {
            unsafe SSL_write_ex(ssl, $0.baseAddress, $0.count, &count)
        }
        guard result == 1, count == bytes.count else {
            isClosed = true
            ERR_clear_error()
            throw .closed
        }
    }

    /// Says that no more will be sent (close_notify, RFC 8446 §6.1), unless that would be out of order.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        ERR_clear_error()
        _ = unsafe SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// Bytes were lost on the way out: nothing that follows would be understood.
    func abandon() {
        isClosed = true
        _ = takeOutput()
    }

    /// What is known of the other side once the handshake is done.
    private(set) lazy var peer = TLSPeer(certificateSubject: certificateSubject)

    /// Whether the handshake resumed an earlier session.
    var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

    private var certificateSubject: String? {
        guard let certificate = unsafe SSL_get0_peer_certificate(ssl), unsafe SSL_get_verify_result(ssl) == X509_V_OK,
            let bio = unsafe BIO_new(BIO_s_mem())
        else { return nil }
        defer { unsafe BIO_free(bio) }
        unsafe X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, tls_rfc4514)
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 512)
        while true {
            let count = unsafe BIO_read(bio, &piece, Int32(piece.count))
            guard count > 0 else { break }
            text += piece[..<Int(count)]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
