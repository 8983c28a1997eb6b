package import FHIR
package import Vault

/// Turns what a request brings along into the principal it acts for, or into the reason why not.
///
/// Whoever presents credentials is judged by them, wherever the request comes from. All denials of well-formed
/// credentials do the same work: one look at a file and one comparison. What never names anybody, a request without
/// credentials or with malformed ones, has nothing to hide and looks at nothing.
package struct Authenticator: Sendable {
    private let secrets: SecretResolver
    private let rootSecret: SecretName?
    private let lookUp: @Sendable (LogicalID) -> ClientResource?

    /// - Parameters:
    ///   - rootSecret: the name of the secret that is the password of `root`. With one there is no tutorial mode, and a
    ///     `Client/root` that may exist cannot log in.
    ///   - client: the current version of a client, found without waiting.
    package init(
        secrets: SecretResolver, rootSecret: SecretName?, client: @escaping @Sendable (LogicalID) -> ClientResource?
    ) {
        self.secrets = secrets
        self.rootSecret = rootSecret
        lookUp = client
    }

    /// The login of a request without an Authorization field: the tutorial's, or nobody's.
    package func login(withoutCredentials request: TutorialRequest) throws(Denial) -> Login {
        if rootSecret == nil && request.isOfThisMachine { return Login(principal: .tutorial, use: nil) }
        throw .noCredentials
    }

    /// The login of a request with an Authorization field of this value. A look at a secret's file that began after
    /// `arrival`, by when the request was there, is not stale for it and need not be repeated.
    package func login(
        authorization value: Span<UInt8>, since arrival: Moment = .latest
    ) async throws(Denial) -> Login {
        let credentials: BasicCredentials
        do throws(BasicCredentials.Fault) {
            credentials = try BasicCredentials(authorization: value)
        } catch {
            throw Denial(error)
        }
        return try await login(by: credentials, since: arrival)
    }

    private func login(
        by credentials: borrowing BasicCredentials, since arrival: Moment
    ) async throws(Denial) -> Login {
        let id = credentials.user
        if let id, let rootSecret, id.text == ClientResource.reservedID {
            let use = try await judge(credentials.password, by: rootSecret, of: id, since: arrival)
            return Login(principal: .root, use: use)
        }
        let client: (id: LogicalID, secret: SecretReference)
        do throws(Denial) {
            client = try self.client(id)
        } catch {
            secrets.decoyLook(credentials.password, since: arrival)
            throw error
        }
        let name = SecretName(client.secret.name)
        let use = try await judge(credentials.password, by: name, of: client.id, since: arrival)
        return Login(principal: .client(client.id), use: use)
    }

    /// A client that may log in by password, and the reference to it.
    private func client(_ id: LogicalID?) throws(Denial) -> (id: LogicalID, secret: SecretReference) {
        guard let id, let client = lookUp(id) else {
            throw Denial(.unknownClient, client: id, "there is no such client; create it, or correct the user")
        }
        guard client.isActive else {
            throw Denial(.inactiveClient, client: id, "the client's `active` is false; set it to true")
        }
        guard client.grantTypes.contains("basic") else {
            throw Denial(.noBasicGrant, client: id, "the client's `grant_types` lacks \"basic\"; add it")
        }
        guard let secret = client.secret else {
            throw Denial(
                .noSecretReference, client: id, "the client has no secret; put a reference into its `_secret`")
        }
        return (id, secret)
    }

    private func judge(
        _ password: borrowing SecretBytes, by secret: SecretName, of id: LogicalID, since arrival: Moment
    ) async throws(Denial) -> SecretUse {
        let requester = Requester(resourceType: ResourceType.client.name, id: id.text, field: "secret")
        let verdict: SecretVerdict
        do throws(VaultError) {
            verdict = try await secrets.admits(password, as: secret, for: requester, since: arrival)
        } catch {
            throw Denial(error, client: id, secret: secret)
        }
        switch verdict {
        case .admitted(let value):
            return SecretUse(client: id, secret: secret, value: value)
        case .expired:
            throw Denial(
                .expiredPassword, client: id, secret: secret,
                "the password is the previous value of the secret, whose overlap is over; use the value in force")
        case .wrong:
            throw Denial(.wrongPassword, client: id, secret: secret, "the password is not the value of the secret")
        }
    }
}
