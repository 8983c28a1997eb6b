internal import CTLS

/// Why a client and this server did not come to speak TLS.
package struct HandshakeFault: Error, Sendable, CustomStringConvertible {
    /// A closed set of stable words, for metrics.
    package enum Reason: String, Sendable, CaseIterable {
        /// What arrived is text, as a request in plain HTTP is.
        case plaintext
        /// It was not done by its deadline.
        case timeout
        /// The client went away in the middle, or before it said anything.
        case closed
        /// No version that both speak.
        case version
        /// No cipher that both speak.
        case cipher
        /// The client offers protocols by ALPN, and `http/1.1` is not among them.
        case alpn
        /// The client's certificate is missing where one is required, or does not verify.
        case clientCertificate = "client-certificate"
        /// The client refused: it does not trust the certificate, as a rule.
        case refused
        /// What arrived is not TLS, or breaks its rules.
        case malformed
    }

    package let reason: Reason
    /// In OpenSSL's words, for people.
    package let detail: String

    package var description: String { "\(reason.rawValue): \(detail)" }

    init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    init(_ error: TLSErrorQueue) {
        let reason: Reason =
            switch error.reason {
            case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_UNKNOWN_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_WRONG_SSL_VERSION:
                .version
            case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM,
                SSL_R_NO_SHARED_GROUPS, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
                .cipher
            case SSL_R_NO_APPLICATION_PROTOCOL: .alpn
            case SSL_R_CERTIFICATE_VERIFY_FAILED, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: .clientCertificate
            // The alerts of the other side, by their numbers.
            case SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255): .refused
            default: .malformed
            }
        self.init(reason, error.text)
    }

    init(_ error: TransportError) {
        let isLate = if case .timedOut = error { true } else { false }
        self.init(isLate ? .timeout : .closed, "\(error)")
    }
}
