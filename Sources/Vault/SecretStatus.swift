/// How one secret of the config stands, for health and for `keyward check`.
package struct SecretStatus: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        case ready
        /// There is no file yet; everything else works.
        case pending
        case faulty
    }

    package let name: SecretName
    package let path: String
    package let fault: SecretFault?

    package var state: State {
        switch fault {
        case nil: .ready
        case .missing: .pending
        default: .faulty
        }
    }

    /// What is wrong, where, and what to do about it; `nil` where the secret is ready.
    package var error: VaultError? {
        fault.map { .faulty(name, path: path, $0) }
    }
}
