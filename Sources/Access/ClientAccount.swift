package import FHIR
internal import Vault

/// What a login needs of a client, or of root: understood once for each version of it, asked for on every request. A
/// class, so that handing it around counts one reference.
package final class ClientAccount: Sendable {
    let principal: Principal
    let id: LogicalID
    /// Its own element `secret`'s claim to the secret that is its password, or why it has none.
    let claim: Result<SecretClaim, Denial>

    package init(_ client: ClientResource) {
        id = client.id
        principal = .client(client.id)
        claim = Result { () throws(Denial) in
            SecretClaim(to: try Self.secret(of: client), for: Requester(password: client.id))
        }
    }

    /// Root's, which has no resource.
    init?(root secret: SecretName) {
        guard let id = LogicalID(ClientResource.reservedID) else { return nil }
        self.id = id
        principal = .root
        claim = .success(SecretClaim(to: secret, for: Requester(password: id)))
    }

    private static func secret(of client: ClientResource) throws(Denial) -> SecretName {
        guard client.isActive else {
            throw Denial(.inactiveClient, client: client.id, "the client's `active` is false; set it to true")
        }
        guard client.grantTypes.contains("basic") else {
            throw Denial(.noBasicGrant, client: client.id, "the client's `grant_types` lacks \"basic\"; add it")
        }
        guard let secret = client.secret else {
            throw Denial(
                .noSecretReference, client: client.id, "the client has no secret; put a reference into its `_secret`")
        }
        return SecretName(secret.name)
    }
}

extension Requester {
    fileprivate init(password id: LogicalID) {
        self.init(resourceType: ResourceType.client.name, id: id.text, field: "secret")
    }
}
