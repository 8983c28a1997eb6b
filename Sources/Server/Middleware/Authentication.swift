internal import Access
internal import HTTP
internal import Transport
internal import Vault

/// Finds out who a request acts for.
struct Authentication: Sendable {
    let authenticator: Authenticator
    let uses: SecretUses

    func login(of exchange: Exchange) async throws(Denial) -> Login {
        guard let field = try Self.field(of: exchange.request) else { return try loginWithoutCredentials(exchange) }
        do throws(Denial) {
            return noted(
                try await authenticator.login(authorization: field.span, since: exchange.arrival), of: exchange)
        } catch {
            uses.note(error)
            throw error
        }
    }

    /// The same without waiting; nothing where `login` has to be asked.
    func loginAtOnce(of exchange: Exchange) throws(Denial) -> Login? {
        guard let field = try Self.field(of: exchange.request) else { return try loginWithoutCredentials(exchange) }
        do throws(Denial) {
            guard let login = try authenticator.loginAtOnce(authorization: field.span, since: exchange.arrival)
            else { return nil }
            return noted(login, of: exchange)
        } catch {
            uses.note(error)
            throw error
        }
    }

    private func loginWithoutCredentials(_ exchange: Exchange) throws(Denial) -> Login {
        try authenticator.login(withoutCredentials: TutorialRequest(exchange.request))
    }

    private func noted(_ login: Login, of exchange: Exchange) -> Login {
        if let use = login.use { uses.note(use, of: exchange) }
        return login
    }

    /// The value of the Authorization field; two of them could be read in two ways.
    private static func field(of request: Request) throws(Denial) -> ArraySlice<UInt8>? {
        guard request.head.fields.count(of: .authorization) <= 1 else { throw .ambiguous }
        return request.head.fields.bytes(.authorization)
    }
}

extension Exchange {
    fileprivate var arrival: Moment { Moment(nanoseconds: request.arrived.nanoseconds) }
}

extension TutorialRequest {
    fileprivate init(_ request: Request) {
        let fields = (host: request.head.fields[.host], origin: request.head.fields[.origin])
        self.init(
            peerIsLoopback: request.peer.isLoopback, isSecure: request.tls != nil, host: fields.host ?? "",
            origin: fields.origin)
    }
}
