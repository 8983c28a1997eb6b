import TLSClient
import Transport

/// What carries the bytes of a live test: the same body runs over each.
enum Carrier: CaseIterable {
    case plain, tls
    /// In plain text, and no request is answered before it had to wait.
    case waiting
}

/// The two ends of TLS for a live test.
struct TLSEnds {
    let context: TLSContext
    let options: TLSClient.Options

    init() throws {
        let authority = try TestAuthority()
        let pair = try authority.issue("localhost")
        context = try TLSContext(
            certificate: pair.certificate.span, key: pair.key.span, clients: nil, tickets: TLSTicketKeys())
        options = TLSClient.Options(trusting: authority.certificate)
    }
}
