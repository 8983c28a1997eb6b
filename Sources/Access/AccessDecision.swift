package import FHIR

/// What a principal may do with a kind of resource. There are no policies yet, so the interaction makes no difference.
package enum AccessDecision: Equatable, Sendable {
    case allowed
    /// Credentials are needed: 401.
    case unauthenticated
    /// These credentials do not suffice: 403, with what to do about it.
    case forbidden(diagnostics: String)

    /// - Parameter principal: `nil` for a request without credentials that the tutorial mode does not admit.
    package init(for principal: Principal?, on kind: ResourceType.Kind) {
        self =
            switch (principal, kind) {
            case (.root, _), (.tutorial, .system), (.client, .clinical): .allowed
            case (nil, _), (.tutorial, .clinical): .unauthenticated
            case (.client, .system):
                .forbidden(
                    diagnostics: "a client may not touch system resources; use the credentials of root")
            }
    }
}
