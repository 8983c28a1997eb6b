/// Why a secret could not be used. For the operator: a client learns none of it, and no case carries a value.
package enum VaultError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownSecret(SecretName)
    case outOfScope(SecretName, Requester)
    case faulty(SecretName, path: String, SecretFault)

    /// A stable word for logs, metrics and scripts.
    package var code: String {
        switch self {
        case .unknownSecret: "unknown-secret"
        case .outOfScope: "out-of-scope"
        case .faulty(_, _, let fault): fault.code
        }
    }

    /// What is wrong, and where.
    package var what: String { explanation.what }

    /// What to do about it.
    package var remedy: String { explanation.remedy }

    package var description: String {
        let (what, remedy) = explanation
        return "\(what); \(remedy)"
    }

    private var explanation: (what: String, remedy: String) {
        switch self {
        case .unknownSecret(let name):
            return ("the vault config has no secret '\(name.text)'", "add it there, or correct the reference")
        case .outOfScope(let name, let requester):
            return (
                "no scope of secret '\(name.text)' admits \(requester.description)",
                "add it to `scope`, or correct the reference"
            )
        case .faulty(let name, let path, let fault):
            let (what, remedy) = fault.explanation(path: path)
            return ("secret '\(name.text)': \(what)", remedy)
        }
    }
}
