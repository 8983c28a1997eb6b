internal import Vault

/// One thing that `keyward check` found. It never holds a value.
package struct Finding: Sendable, Equatable {
    package enum Severity: String, Sendable {
        /// Something does not work, or is unsafe, now.
        case error
        /// It works, but will surprise somebody.
        case warning
    }

    package let code: FindingCode
    package let what: String
    package let place: String
    package let remedy: String

    package var severity: Severity { code.severity }

    init(_ code: FindingCode, _ what: String, at place: String, remedy: String) {
        self.code = code
        self.what = what
        self.place = place
        self.remedy = remedy
    }
}

extension Finding {
    /// A secret or a reference that cannot be used.
    init(_ error: VaultError, at place: String) {
        self.init(FindingCode(error), error.what, at: place, remedy: error.remedy)
    }
}
