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
            let login = try await judge(exchange)
            if let use = login.use { uses.note(use, of: exchange) }
            return login
        } catch {
            uses.note(error)
            throw error
        }
    }

    private func judge(_ exchange: Exchange) async throws(Denial) -> Login {
        let fields = exchange.request.fields
        guard let value = fields.bytes(.authorization) else {
            return try authenticator.login(
                withoutCredentials: TutorialRequest(
                    peerIsLoopback: exchange.request.peer.isLoopback, isSecure: exchange.request.tls != nil,
                    host: fields[.host] ?? "", origin: fields[.origin]))
        }
        // Two of them could be read in two ways.
        guard fields.count(of: .authorization) == 1 else { throw .ambiguous }
        return try await authenticator.login(
            authorization: value.span, since: Moment(nanoseconds: exchange.request.arrived.nanoseconds))
    }
}
