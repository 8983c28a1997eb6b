import JSON

/// What authentication must know of a `Client`.
package struct ClientResource: Sendable, Equatable {
    /// The id that stands for root, and that no Client may have: root's secret is a setting.
    package static let reservedID = "root"

    package let id: LogicalID
    /// All that it refers to, wherever in it.
    package let references: [SecretReference]
    /// In the order they are listed; none when the member is absent.
    package let grantTypes: [String]
    /// True when the member is absent.
    package let isActive: Bool

    /// Fails when the resource is no client, when it holds a secret itself or a malformed reference, when
    /// `grant_types` is not an array of strings, or `active` not a boolean.
    package init(_ resource: Resource) throws(FHIRError) {
        guard resource.type == .client else {
            throw .unprocessable(.value, "\(resource.type.name) is not a Client; send a Client", at: resource.type.name)
        }
        guard resource.id.text != Self.reservedID else {
            throw .unprocessable(
                .businessRule,
                "Client/root is reserved, since root's secret is named by --root-secret; choose another id",
                at: "Client.id")
        }
        id = resource.id
        references = try SecretReference.all(in: resource)
        grantTypes = try Self.grantTypes(in: resource.object)
        switch resource.object["active"] {
        case nil: isActive = true
        case .bool(let active): isActive = active
        case _?: throw .unprocessable(.value, "active is not true or false; send one of them", at: "Client.active")
        }
    }

    /// What its password is to be; nil when the client has no secret at all.
    package var secret: SecretReference? { references.first { $0.field == "secret" } }

    private static func grantTypes(in object: JSONObject) throws(FHIRError) -> [String] {
        guard let value = object["grant_types"] else { return [] }
        guard let array = value.array else {
            throw .unprocessable(
                .value, "grant_types is not an array; send an array of strings, such as [\"basic\"]",
                at: "Client.grant_types")
        }
        var grantTypes: [String] = []
        for (index, element) in array.enumerated() {
            guard let grantType = element.string else {
                throw .unprocessable(
                    .value, "grant_types holds something that is not a string; send strings only",
                    at: "Client.grant_types[\(index)]")
            }
            grantTypes.append(grantType)
        }
        return grantTypes
    }
}

extension Resource {
    /// Checks what the type's own rules say of the content, before a write is let in, and answers the references to
    /// secrets in it.
    @discardableResult
    package func checkContent() throws(FHIRError) -> [SecretReference] {
        type == .client ? try ClientResource(self).references : try SecretReference.all(in: self)
    }
}
