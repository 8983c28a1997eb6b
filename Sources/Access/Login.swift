package import FHIR
package import Vault

/// Who a request acts for, and by which secret it was let in.
package struct Login: Equatable, Sendable {
    package let principal: Principal
    /// Nothing in the tutorial mode, which asks for no password.
    package let use: SecretUse?
}

/// A password that was right.
package struct SecretUse: Hashable, Sendable {
    /// The client; root's reserved id for root.
    package let client: LogicalID
    package let secret: SecretName
    package let value: SecretValue

    package init(client: LogicalID, secret: SecretName, value: SecretValue) {
        self.client = client
        self.secret = secret
        self.value = value
    }
}
