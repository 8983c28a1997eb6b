/// Who asks for a secret: the element `field` of the resource `resourceType`/`id` holds the reference to it.
package struct Requester: Equatable, Sendable, CustomStringConvertible {
    package let resourceType: String
    package let id: String
    /// The path of the element, as in "secret" or "jwt.secret".
    package let field: String

    package init(resourceType: String, id: String, field: String) {
        self.resourceType = resourceType
        self.id = id
        self.field = field
    }

    package var description: String { "\(resourceType)/\(id), field \(field)" }
}
