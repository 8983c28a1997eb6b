package import FHIR
package import Vault

/// Turns what a request brings along into the principal it acts for, or into the reason why not.
///
/// Whoever presents credentials is judged by them, wherever the request comes from. All denials of well-formed
/// credentials do the same work: one look at a file and one comparison. What never names anybody, a request without
/// credentials or with malformed ones, has nothing to hide and looks at nothing.
package struct Authenticator: Sendable {
    private let secrets: SecretResolver
    private let root: ClientAccount?
    private let lookUp: @Sendable (LogicalID) -> ClientAccount?

    /// - Parameters:
    ///   - rootSecret: the name of the secret that is the password of `root`. With one there is no tutorial mode, and a
    ///     `Client/root` that may exist cannot log in.
    ///   - client: the current version of a client, found without waiting.
    package init(
        secrets: SecretResolver, rootSecret: SecretName?, client: @escaping @Sendable (LogicalID) -> ClientAccount?
    ) {
        self.secrets = secrets
        root = rootSecret.flatMap { ClientAccount(root: $0) }
        lookUp = client
    }

    /// The login of a request without an Authorization field: the tutorial's, or nobody's.
    package func login(withoutCredentials request: TutorialRequest) throws(Denial) -> Login {
        if root == nil && request.isOfThisMachine { return Login(principal: .tutorial, use: nil) }
        throw .noCredentials
    }

    /// The login of a request with an Authorization field of this value. A look at a secret's file that began after
    /// `arrival`, by when the request was there, is not stale for it and need not be repeated.
    package func login(
        authorization value: Span<UInt8>, since arrival: Moment = .latest
    ) async throws(Denial) -> Login {
        let credentials = try Self.credentials(value)
        switch try begin(credentials, since: arrival) {
        case .settled(let login): return login
        case .open(let account, let claim, let question):
            let verdict: SecretVerdict
            do throws(VaultError) {
                verdict = try await secrets.settle(question, about: credentials.password)
            } catch {
                throw Denial(error, client: account.id, secret: claim.name)
            }
            return try account.login(by: verdict, on: claim)
        }
    }

    /// The same without waiting: nothing where `login` has to be asked, since a file is moving.
    package func loginAtOnce(
        authorization value: Span<UInt8>, since arrival: Moment = .latest
    ) throws(Denial) -> Login? {
        switch try begin(try Self.credentials(value), since: arrival) {
        case .settled(let login): login
        case .open: nil
        }
    }

    /// How far a login comes without waiting.
    private enum Progress {
        case settled(Login)
        case open(ClientAccount, SecretClaim, SecretQuestion)
    }

    private func begin(
        _ credentials: borrowing BasicCredentials, since arrival: Moment
    ) throws(Denial) -> Progress {
        let account: ClientAccount
        let claim: SecretClaim
        do throws(Denial) {
            account = try self.account(credentials.user)
            claim = try account.claim.get()
        } catch {
            secrets.decoyLook(credentials.password, since: arrival)
            throw error
        }
        let judgement: SecretJudgement
        do throws(VaultError) {
            judgement = try secrets.judge(credentials.password, by: claim, since: arrival)
        } catch {
            throw Denial(error, client: account.id, secret: claim.name)
        }
        switch judgement {
        case .settled(let verdict): return .settled(try account.login(by: verdict, on: claim))
        case .open(let question): return .open(account, claim, question)
        }
    }

    private static func credentials(_ value: Span<UInt8>) throws(Denial) -> BasicCredentials {
        do throws(BasicCredentials.Fault) {
            return try BasicCredentials(authorization: value)
        } catch {
            throw Denial(error)
        }
    }

    private func account(_ id: LogicalID?) throws(Denial) -> ClientAccount {
        if let id {
            if let root, id == root.id { return root }
            if let account = lookUp(id) { return account }
        }
        throw Denial(.unknownClient, client: id, "there is no such client; create it, or correct the user")
    }
}

extension ClientAccount {
    fileprivate func login(by verdict: SecretVerdict, on claim: SecretClaim) throws(Denial) -> Login {
        switch verdict {
        case .admitted(let value):
            return Login(principal: principal, use: SecretUse(client: id, secret: claim.name, value: value))
        case .expired:
            throw Denial(
                .expiredPassword, client: id, secret: claim.name,
                "the password is the previous value of the secret, whose overlap is over; use the value in force")
        case .wrong:
            throw Denial(
                .wrongPassword, client: id, secret: claim.name, "the password is not the value of the secret")
        }
    }
}
