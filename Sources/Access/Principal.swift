package import FHIR

/// Who a request acts for.
package enum Principal: Hashable, Sendable {
    /// Whoever knows the value of the root secret.
    case root
    /// This machine without credentials, while there is no root secret.
    case tutorial
    /// A client, by the id of its resource.
    case client(LogicalID)
}
