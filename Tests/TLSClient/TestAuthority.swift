internal import CTLS

/// An authority that issues certificates for tests, made anew for each; nothing of it is ever committed.
@safe package final class TestAuthority {
    /// A certificate and its key, both in PEM.
    package struct Pair: Sendable {
        package var certificate: [UInt8]
        package var key: [UInt8]

        package init(certificate: [UInt8], key: [UInt8]) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// Its own certificate, in PEM: what is to be trusted.
    package let certificate: [UInt8]
    private let key: OpaquePointer
    private let own: OpaquePointer

    package init(_ name: String = "Test Authority") throws {
        unsafe key = try makeKey()
        let own = try unsafe makeCertificate(
            name: name, key: key, issuer: nil, issuerKey: key, lasting: -3_600...86_400,
            extensions: [(NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign")])
        unsafe self.own = own
        certificate = unsafe pem { unsafe PEM_write_bio_X509($0, own) }
    }

    deinit {
        unsafe X509_free(own)
        unsafe EVP_PKEY_free(key)
    }

    /// - Parameters:
    ///   - names: subject alternative names in OpenSSL's spelling.
    ///   - lasting: from when to when it is valid, in seconds from now.
    package func issue(
        _ name: String, names: String = "DNS:localhost,IP:127.0.0.1", lasting: ClosedRange<Int> = -3_600...8_640_000,
        isRSA: Bool = false
    ) throws -> Pair {
        let leafKey = try unsafe makeKey(isRSA: isRSA)
        defer { unsafe EVP_PKEY_free(leafKey) }
        let leaf = try unsafe makeCertificate(
            name: name, key: leafKey, issuer: own, issuerKey: key, lasting: lasting,
            extensions: [(NID_subject_alt_name, names)])
        defer { unsafe X509_free(leaf) }
        return Pair(
            certificate: unsafe pem { unsafe PEM_write_bio_X509($0, leaf) },
            key: unsafe pem { unsafe PEM_write_bio_PrivateKey($0, leafKey, nil, nil, 0, nil, nil) })
    }

    /// The same key under a passphrase.
    package static func encrypted(_ key: [UInt8]) throws -> [UInt8] {
        let source = unsafe BIO_new_mem_buf(key, Int32(key.count))
        defer { unsafe BIO_free(source) }
        guard let parsed = unsafe PEM_read_bio_PrivateKey(source, nil, nil, nil) else { throw TLSTestFault.current() }
        defer { unsafe EVP_PKEY_free(parsed) }
        let word = Array("passphrase".utf8)
        return unsafe pem {
            unsafe PEM_write_bio_PrivateKey($0, parsed, EVP_aes_128_cbc(), word, Int32(word.count), nil, nil)
        }
    }
}

/// OpenSSL refused something that a test needs.
package struct TLSTestFault: Error, CustomStringConvertible {
    package let description: String

    static func current() -> TLSTestFault {
        let words = unsafe ERR_reason_error_string(ERR_peek_error()).map { unsafe String(cString: $0) }
        ERR_clear_error()
        return TLSTestFault(description: words ?? "OpenSSL gives no reason")
    }
}

private func makeKey(isRSA: Bool = false) throws -> OpaquePointer {
    let maker = unsafe EVP_PKEY_CTX_new_id(isRSA ? EVP_PKEY_RSA : EVP_PKEY_EC, nil)
    defer { unsafe EVP_PKEY_CTX_free(maker) }
    var key: OpaquePointer?
    unsafe EVP_PKEY_keygen_init(maker)
    if isRSA {
        unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(maker, 2_048)
    } else {
        unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(maker, NID_X9_62_prime256v1)
    }
    guard unsafe EVP_PKEY_keygen(maker, &key) == 1, let key = unsafe key else { throw TLSTestFault.current() }
    return unsafe key
}

private func makeCertificate(
    name: String, key: OpaquePointer, issuer: OpaquePointer?, issuerKey: OpaquePointer, lasting: ClosedRange<Int>,
    extensions: [(Int32, String)]
) throws -> OpaquePointer {
    guard let certificate = unsafe X509_new() else { throw TLSTestFault.current() }
    unsafe X509_set_version(certificate, 2)
    unsafe ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), UInt64.random(in: 1...(1 << 62)))
    unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), lasting.lowerBound)
    unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), lasting.upperBound)
    unsafe X509_set_pubkey(certificate, key)
    let subject = unsafe X509_get_subject_name(certificate)
    for (field, text) in [("O", "Ward, Ltd"), ("CN", name)] {
        unsafe X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, text, -1, -1, 0)
    }
    unsafe X509_set_issuer_name(certificate, issuer.map { unsafe X509_get_subject_name($0) } ?? subject)
    for (kind, text) in extensions {
        guard let one = unsafe X509V3_EXT_conf_nid(nil, nil, kind, text) else { throw TLSTestFault.current() }
        unsafe X509_add_ext(certificate, one, -1)
        unsafe X509_EXTENSION_free(one)
    }
    guard unsafe X509_sign(certificate, issuerKey, EVP_sha256()) > 0 else { throw TLSTestFault.current() }
    return unsafe certificate
}

private func pem(_ write: (OpaquePointer?) -> Int32) -> [UInt8] {
    let bio = unsafe BIO_new(BIO_s_mem())
    defer { unsafe BIO_free(bio) }
    _ = unsafe write(bio)
    return unsafe drain(bio)
}

/// All that a memory BIO holds.
func drain(_ bio: OpaquePointer?) -> [UInt8] {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    while true {
        let count = unsafe BIO_read(bio, &piece, Int32(piece.count))
        guard count > 0 else { return all }
        all += piece[..<Int(count)]
    }
}
