package import FHIR
internal import Vault

/// What a login needs of a client, or of root: understood once for each version of it, asked for on every request. A
/// class, so that handing it around counts one reference.
package final class ClientAccount: Sendable {
    let principal: Principal
    let id: LogicalID
    /// Who asks for the secret: the client's own element `secret`.
    let requester: Requester
    /// The secret that is its password, or why it has none.
    let secret: Result<SecretName, Denial>

    package init(_ client: ClientResource) {
        id = client.id
        principal = .client(client.id)
        requester = Requester(password: client.id)
        secret = Result { () throws(Denial) in try Self.secret(of: client) }
    }

    /// Root's, which has no resource.
    init?(root secret: SecretName) {
        guard let id = LogicalID(ClientResource.reservedID) else { return nil }
        self.id = id
        principal = .root
        requester = Requester(password: id)
        self.secret = .success(secret)
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
