internal import FHIR
internal import Vault

extension Requester {
    /// Whoever presents the root secret.
    static let root = Requester(resourceType: ResourceType.client.name, id: ClientResource.reservedID, field: "secret")

    /// The element of a stored resource that holds a reference.
    init(_ key: ResourceKey, _ reference: SecretReference) {
        self.init(resourceType: key.type.name, id: key.id.text, field: reference.field)
    }
}
