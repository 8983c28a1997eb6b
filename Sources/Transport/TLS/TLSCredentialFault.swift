/// Why no TLS can be spoken with a certificate, a key and authorities. None of these carries a byte of the key.
package enum TLSCredentialFault: Error, Equatable, Sendable {
    /// The certificate is no PEM, or is one that OpenSSL does not take; with its words.
    case certificate(String)
    case key(String)
    /// The key wants a passphrase, and there is nobody to ask.
    case encryptedKey
    /// The key is not that of the certificate.
    case mismatch
    case authorities(String)
    /// The system's OpenSSL cannot be used.
    case unavailable(String)
}
