internal import CTLS

/// A client's end of TLS in memory: it is fed what arrives, and asked for what is to be sent.
@safe package final class TLSClient {
    package struct Options: Sendable {
        /// In PEM; nothing trusts any server.
        package var authorities: [UInt8]?
        package var pair: TestAuthority.Pair?
        package var lowest = TLSClient.version12
        package var highest = TLSClient.version13
        /// ALPN.
        package var protocols: [String] = []
        /// Of TLS 1.2.
        package var ciphers: String?

        package init(trusting authorities: [UInt8]? = nil) { self.authorities = authorities }
    }

    package static let version11 = TLS1_1_VERSION
    package static let version12 = TLS1_2_VERSION
    package static let version13 = TLS1_3_VERSION

    /// What a later client may resume.
    @safe package final class Session {
        fileprivate let session: OpaquePointer
        fileprivate init(_ session: OpaquePointer) { unsafe self.session = session }
        deinit { unsafe SSL_SESSION_free(session) }
    }

    private let context: OpaquePointer
    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    /// close_notify has come.
    package private(set) var isEnded = false

    package init(_ options: Options, resuming session: Session? = nil) throws {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()), let ssl = try? unsafe Self.make(context, options),
            let incoming = unsafe BIO_new(BIO_s_mem()), let outgoing = unsafe BIO_new(BIO_s_mem())
        else { throw TLSTestFault.current() }
        unsafe self.context = context
        unsafe self.ssl = ssl
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
        unsafe SSL_set_bio(ssl, incoming, outgoing)
        unsafe SSL_set_connect_state(ssl)
        if let session { unsafe SSL_set_session(ssl, session.session) }
    }

    private static func make(_ context: OpaquePointer, _ options: Options) throws -> OpaquePointer {
        unsafe tls_set_versions(context, options.lowest, options.highest)
        if options.lowest < version12 {
            unsafe SSL_CTX_set_security_level(context, 0)
            unsafe SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0")
        }
        if let ciphers = options.ciphers { unsafe SSL_CTX_set_cipher_list(context, ciphers) }
        if let authorities = options.authorities {
            let bio = unsafe BIO_new_mem_buf(authorities, Int32(authorities.count))
            defer { unsafe BIO_free(bio) }
            let authority = unsafe PEM_read_bio_X509(bio, nil, nil, nil)
            defer { unsafe X509_free(authority) }
            unsafe X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority)
            unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        }
        if let pair = options.pair { try unsafe use(pair, in: context) }
        if !options.protocols.isEmpty {
            let list = options.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            unsafe SSL_CTX_set_alpn_protos(context, list, UInt32(list.count))
        }
        guard let ssl = unsafe SSL_new(context) else { throw TLSTestFault.current() }
        return unsafe ssl
    }

    private static func use(_ pair: TestAuthority.Pair, in context: OpaquePointer) throws {
        let bio = unsafe BIO_new_mem_buf(pair.certificate, Int32(pair.certificate.count))
        defer { unsafe BIO_free(bio) }
        let certificate = unsafe PEM_read_bio_X509(bio, nil, nil, nil)
        defer { unsafe X509_free(certificate) }
        let keyBIO = unsafe BIO_new_mem_buf(pair.key, Int32(pair.key.count))
        defer { unsafe BIO_free(keyBIO) }
        let key = unsafe PEM_read_bio_PrivateKey(keyBIO, nil, nil, nil)
        defer { unsafe EVP_PKEY_free(key) }
        guard unsafe SSL_CTX_use_certificate(context, certificate) == 1,
            unsafe SSL_CTX_use_PrivateKey(context, key) == 1
        else { throw TLSTestFault.current() }
    }

    deinit {
        unsafe SSL_free(ssl)
        unsafe SSL_CTX_free(context)
    }

    package func feed(_ bytes: [UInt8]) { _ = unsafe BIO_write(incoming, bytes, Int32(bytes.count)) }

    package func takeOutput() -> [UInt8] { unsafe drain(outgoing) }

    /// Whether the handshake is done; fails with OpenSSL's words.
    package func handshake() throws -> Bool {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return true }
        if unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ { return false }
        throw TLSTestFault.current()
    }

    /// The plaintext of all that has arrived.
    package func read() throws -> [UInt8] {
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while true {
            ERR_clear_error()
            let count = unsafe SSL_read(ssl, &piece, Int32(piece.count))
            if count > 0 {
                all += piece[..<Int(count)]
                continue
            }
            switch unsafe SSL_get_error(ssl, count) {
            case SSL_ERROR_WANT_READ: return all
            case SSL_ERROR_ZERO_RETURN:
                isEnded = true
                return all
            default:
                // What came before the fault counts.
                if !all.isEmpty { return all }
                throw TLSTestFault.current()
            }
        }
    }

    package func write(_ bytes: [UInt8]) throws {
        ERR_clear_error()
        if bytes.isEmpty { return }
        guard unsafe SSL_write(ssl, bytes, Int32(bytes.count)) == bytes.count else { throw TLSTestFault.current() }
    }

    /// Says close_notify.
    package func close() { _ = unsafe SSL_shutdown(ssl) }

    /// Asks for new keys, and for those of the other side too (RFC 8446 §4.6.3).
    ///
    /// - Parameter asking: the other side is to do the same, and has something to say then.
    package func updateKeys(asking: Bool = true) {
        _ = unsafe SSL_key_update(ssl, asking ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED)
    }

    /// Begins a new handshake (TLS 1.2).
    package func renegotiate() throws {
        unsafe SSL_renegotiate(ssl)
        _ = try handshake()
    }

    package var version: String { unsafe String(cString: SSL_get_version(ssl)) }
    package var cipher: String { unsafe String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(ssl))) }
    package var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }
    /// To resume; once the server's ticket has been read.
    package var session: Session? { unsafe SSL_get1_session(ssl).map { unsafe Session($0) } }

    /// What ALPN chose.
    package var chosen: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &count)
        guard count > 0 else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// The common name of the server's certificate.
    package var serverName: String? {
        guard let certificate = unsafe SSL_get0_peer_certificate(ssl) else { return nil }
        var room = [CChar](repeating: 0, count: 256)
        let name = unsafe X509_get_subject_name(certificate)
        guard unsafe X509_NAME_get_text_by_NID(name, NID_commonName, &room, 256) > 0 else { return nil }
        return String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
