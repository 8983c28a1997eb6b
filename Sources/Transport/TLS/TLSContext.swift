internal import CTLS

/// What the TLS connections of one listener share: certificate and key, who may present a certificate, and what is
/// spoken.
///
/// * TLS 1.2 and 1.3 (RFC 5246, RFC 8446), with ephemeral keys and authenticated encryption only: Mozilla's
///   "intermediate" without finite-field Diffie-Hellman. The server's order counts, but for clients whose first choice
///   is ChaCha20, which are those without AES in hardware.
/// * No renegotiation, no compression, no early data. Resumption by tickets; nothing is kept of a session.
/// * ALPN chooses `http/1.1`; a client that offers others alone is refused (RFC 7301 §3.2).
///
/// A change of certificate is another context: connections keep the one they began with.
@safe package final class TLSContext: Sendable {
    /// An `SSL_CTX`, which counts its references by itself and is not changed once it is set up.
    private nonisolated(unsafe) let context: OpaquePointer
    /// The kind of BIO of its sessions: a `BIO_METHOD`, which is set up once and only read then.
    private nonisolated(unsafe) let method: OpaquePointer

    /// Which certificates clients may present.
    package struct Clients: Sendable {
        let authorities: [UInt8]
        let isRequired: Bool

        /// - Parameters:
        ///   - authorities: one or more certificates in PEM; what a client presents must lead to one of them.
        ///   - isRequired: refuse clients that present none.
        package init(authorities: [UInt8], isRequired: Bool) {
            self.authorities = authorities
            self.isRequired = isRequired
        }
    }

    /// - Parameters:
    ///   - certificate: in PEM, followed by those of the chain to the root, if there are any.
    ///   - key: in PEM, without a passphrase. OpenSSL keeps the key; the bytes are the caller's to overwrite.
    ///   - clients: nothing to ask for no certificates.
    package init(
        certificate: Span<UInt8>, key: Span<UInt8>, clients: Clients?, tickets: TLSTicketKeys
    ) throws(TLSCredentialFault) {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
            throw .unavailable(TLSErrorQueue.take().text)
        }
        guard let method = unsafe TLSWire.makeMethod() else {
            unsafe SSL_CTX_free(context)
            throw .unavailable(TLSErrorQueue.take().text)
        }
        unsafe self.context = context
        unsafe self.method = method
        guard unsafe Self.setUp(context), unsafe tickets.give(to: context) else {
            throw .unavailable(TLSErrorQueue.take().text)
        }
        try take(certificate)
        try take(key: key)
        if let clients { try admit(clients) }
    }

    deinit {
        unsafe SSL_CTX_free(context)
        unsafe BIO_meth_free(method)
    }

    /// When the certificate is valid, in seconds since 1970-01-01T00:00:00Z; never, where it says what cannot be read.
    package var validity: Range<Int64> {
        guard let certificate = unsafe SSL_CTX_get0_certificate(context),
            let start = unsafe seconds(X509_get0_notBefore(certificate)),
            let end = unsafe seconds(X509_get0_notAfter(certificate))
        else { return 0..<0 }
        // Of one that ends before it begins, the end counts.
        return min(start, end)..<end
    }

    /// The server's end of a new connection, and its BIO; the caller owns the former, and it the latter.
    func makeSession() -> (ssl: OpaquePointer, bio: OpaquePointer)? {
        guard let ssl = unsafe SSL_new(context) else { return nil }
        guard let bio = unsafe BIO_new(method) else {
            unsafe SSL_free(ssl)
            return nil
        }
        unsafe SSL_set_bio(ssl, bio, bio)
        unsafe SSL_set_accept_state(ssl)
        return unsafe (ssl, bio)
    }
}

// MARK: - What is spoken

extension TLSContext {
    private static let ciphers = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ].joined(separator: ":")
    private static let suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    private static let groups = "X25519:P-256:P-384"
    /// OpenSSL's measure: at least 112 bits, so RSA of 2048 bits and no SHA-1.
    private static let securityLevel: Int32 = 2

    private static func setUp(_ context: OpaquePointer) -> Bool {
        unsafe SSL_CTX_set_security_level(context, securityLevel)
        unsafe SSL_CTX_set_options(context, tls_options)
        // An idle connection gives its two buffers of 16 KiB back.
        unsafe tls_release_buffers(context)
        unsafe tls_keep_no_sessions(context)
        unsafe SSL_CTX_set_alpn_select_cb(context, chooseProtocol, nil)
        return unsafe tls_set_versions(context, TLS1_2_VERSION, TLS1_3_VERSION) == 1
            && SSL_CTX_set_cipher_list(context, ciphers) == 1
            && SSL_CTX_set_ciphersuites(context, suites) == 1
            && tls_set_groups(context, groups) == 1
            && SSL_CTX_set_num_tickets(context, 1) == 1
            && SSL_CTX_set_session_ticket_cb(context, nil, judgeTicket, nil) == 1
    }
}

/// RFC 7301 §3.2: the server's protocol if the client offers it, else the alert no_application_protocol.
@c private func chooseProtocol(
    _: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ length: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ count: UInt32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    let list = unsafe UnsafeBufferPointer(start: offered, count: Int(count))
    var start = 0
    while start < list.count {
        let end = unsafe start + 1 + Int(list[start])
        guard end <= list.count else { break }
        if unsafe list[(start + 1)..<end].elementsEqual("http/1.1".utf8) {
            unsafe chosen?.pointee = list.baseAddress.map { unsafe $0 + start + 1 }
            unsafe length?.pointee = list[start]
            return SSL_TLSEXT_ERR_OK
        }
        start = end
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}

/// Since 1970-01-01T00:00:00Z.
private func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    guard let epoch = unsafe ASN1_TIME_set(nil, 0) else { return nil }
    defer { unsafe ASN1_TIME_free(epoch) }
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
    return Int64(days) * 86_400 + Int64(seconds)
}

/// A ticket may not outlive the client's certificate that is sealed in it: OpenSSL does not look at that again.
@c private func judgeTicket(
    _: OpaquePointer?, _ session: OpaquePointer?, _: UnsafePointer<UInt8>?, _: Int, _ status: Int32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    guard status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW, let session = unsafe session else {
        return SSL_TICKET_RETURN_IGNORE_RENEW
    }
    if let certificate = unsafe SSL_SESSION_get0_peer(session),
        unsafe X509_cmp_current_time(X509_get0_notAfter(certificate)) != 1
    {
        return SSL_TICKET_RETURN_IGNORE_RENEW
    }
    return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW
}

// MARK: - Credentials

extension TLSContext {
    private func take(_ certificate: Span<UInt8>) throws(TLSCredentialFault) {
        let list = try PEMCertificates(certificate) { .certificate($0) }
        guard let leaf = unsafe list.all.first else { throw .certificate("it holds no certificate in PEM") }
        guard unsafe SSL_CTX_use_certificate(context, leaf) == 1 else {
            throw .certificate(TLSErrorQueue.take().text)
        }
        for index in 1..<list.count {
            let one = unsafe list.all[index]
            guard unsafe X509_up_ref(one) == 1, unsafe tls_add_chain_certificate(context, one) == 1 else {
                throw .certificate(TLSErrorQueue.take().text)
            }
        }
    }

    private func take(key: Span<UInt8>) throws(TLSCredentialFault) {
        guard let bio = unsafe memoryBIO(key) else { throw .unavailable(TLSErrorQueue.take().text) }
        defer { unsafe BIO_free(bio) }
        var isEncrypted = false
        guard let parsed = unsafe PEM_read_bio_PrivateKey(bio, nil, refusePassphrase, &isEncrypted) else {
            ERR_clear_error()
            throw isEncrypted ? .encryptedKey : .key("it holds no private key in PEM that OpenSSL can read")
        }
        defer { unsafe EVP_PKEY_free(parsed) }
        // The first of the two compares: it finds a key of another kind than the certificate's, too.
        guard unsafe X509_check_private_key(SSL_CTX_get0_certificate(context), parsed) == 1 else {
            ERR_clear_error()
            throw .mismatch
        }
        guard unsafe SSL_CTX_use_PrivateKey(context, parsed) == 1 else { throw .key(TLSErrorQueue.take().text) }
    }

    private func admit(_ clients: Clients) throws(TLSCredentialFault) {
        let list = try PEMCertificates(clients.authorities.span) { .authorities($0) }
        guard list.count > 0 else { throw .authorities("it holds no certificate in PEM") }
        let store = unsafe SSL_CTX_get_cert_store(context)
        for index in 0..<list.count {
            let authority = unsafe list.all[index]
            guard unsafe X509_STORE_add_cert(store, authority) == 1,
                unsafe SSL_CTX_add_client_CA(context, authority) == 1
            else { throw .authorities(TLSErrorQueue.take().text) }
        }
        let required = clients.isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | required, nil)
        // A session is resumed only under the authorities that its certificate was judged by.
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        let text = clients.authorities + [clients.isRequired ? 1 : 0]
        unsafe SHA256(text, text.count, &digest)
        guard unsafe SSL_CTX_set_session_id_context(context, digest, UInt32(digest.count)) == 1 else {
            throw .unavailable(TLSErrorQueue.take().text)
        }
    }
}

/// There is nobody to ask for a passphrase; OpenSSL would ask whoever sits at the terminal. Notes that it was wanted.
@c private func refusePassphrase(
    _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, _ isEncrypted: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe isEncrypted?.assumingMemoryBound(to: Bool.self).pointee = true
    return -1
}
