/// How one secret of the config stands, for health, metrics and `keyward check`.
package struct SecretStatus: Equatable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        case ready
        /// There is no file yet; everything else works.
        case pending
        case faulty
    }

    /// How the file of the value before stands.
    package struct Previous: Equatable, Sendable {
        package let path: String
        /// That there is none is no fault of the secret: it is so before the first rotation, and when an overlap ends.
        package let fault: SecretFault?
    }

    package let name: SecretName
    package let path: String
    package let fault: SecretFault?
    /// How long ago the file came to hold the last value that was seen in it.
    package let age: Duration?
    package let previous: Previous?

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
