/// What the handshake found out about the other side. A class, so that handing it around counts one reference.
package final class TLSPeer: Sendable {
    /// The subject of the certificate that the client presented and that was verified, as RFC 4514 writes it; nothing
    /// where it presented none.
    package let certificateSubject: String?

    package init(certificateSubject: String?) {
        self.certificateSubject = certificateSubject
    }
}
