internal import JSON

/// One set of requesters that may use a secret. A secret has one or more, and any of them suffices.
package struct SecretScope: Equatable, Sendable {
    package let resourceType: String
    /// Without one, every instance of the type.
    package let id: String?
    /// Without one, every element of the resource.
    package let field: String?

    package init(resourceType: String, id: String? = nil, field: String? = nil) {
        self.resourceType = resourceType
        self.id = id
        self.field = field
    }

    /// Compares byte by byte: no case folding, no Unicode equivalence, no prefix.
    package func admits(_ requester: Requester) -> Bool {
        resourceType.isByteForByte(requester.resourceType)
            && id?.isByteForByte(requester.id) ?? true
            && field?.isByteForByte(requester.field) ?? true
    }
}
