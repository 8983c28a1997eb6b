internal import Access
internal import HTTP
internal import Transport
internal import Vault

/// Finds out who a request acts for.
struct Authentication: Sendable {
    let authenticator: Authenticator
    let uses: SecretUses

    func login(of exchange: Exchange) async throws(Denial) -> Login {
        do throws(Denial) {
            let login =
                if let field = try Self.field(of: exchange.request) {
                    try await authenticator.login(
                        authorization: field.span, since: Moment(nanoseconds: exchange.request.arrived.nanoseconds))
                } else {
                    try authenticator.login(withoutCredentials: TutorialRequest(exchange.request))
                }
            if let use = login.use { uses.note(use, of: exchange) }
            return login
        } catch {
            uses.note(error)
            throw error
        }
    }

    /// The value of the Authorization field; two of them could be read in two ways.
    private static func field(of request: Request) throws(Denial) -> ArraySlice<UInt8>? {
        guard request.head.fields.count(of: .authorization) <= 1 else { throw .ambiguous }
        return request.head.fields.bytes(.authorization)
    }
}

extension TutorialRequest {
    fileprivate init(_ request: Request) {
        let fields = (host: request.head.fields[.host], origin: request.head.fields[.origin])
        self.init(peerIsLoopback: request.peer.isLoopback, host: fields.host ?? "", origin: fields.origin)
    }
}
