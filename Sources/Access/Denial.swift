package import FHIR
package import Vault

/// Why credentials were not accepted: a closed set of stable codes for the log and the metric. A client learns none of
/// them.
package enum DenialReason: String, Sendable, CaseIterable {
    case noCredentials = "no-credentials"
    case unsupportedScheme = "unsupported-scheme"
    case malformedCredentials = "malformed-credentials"
    case unknownClient = "unknown-client"
    case inactiveClient = "inactive-client"
    case noBasicGrant = "no-basic-grant"
    case noSecretReference = "no-secret-reference"
    case wrongPassword = "wrong-password"
    /// The value before, whose overlap is over.
    case expiredPassword = "expired-password"
    // The vault's own codes.
    case unknownSecret = "unknown-secret"
    case outOfScope = "out-of-scope"
    case fileMissing = "file-missing"
    case fileUnreadable = "file-unreadable"
    case notAFile = "not-a-file"
    case outsideRoots = "outside-roots"
    case empty
    case containsNUL = "contains-nul"
    case noValue = "no-value"
    case tooLong = "too-long"
    case unstable

    /// Those that come after a secret was named.
    package static let ofSecrets = allCases.filter { $0.isOfSecret }

    private var isOfSecret: Bool {
        switch self {
        case .noCredentials, .unsupportedScheme, .malformedCredentials, .unknownClient, .inactiveClient,
            .noBasicGrant, .noSecretReference:
            false
        default: true
        }
    }

    init(_ error: VaultError) {
        self =
            switch error {
            case .unknownSecret: .unknownSecret
            case .outOfScope: .outOfScope
            case .faulty(_, _, .missing): .fileMissing
            case .faulty(_, _, .unreadable): .fileUnreadable
            case .faulty(_, _, .notAFile): .notAFile
            case .faulty(_, _, .outsideRoots): .outsideRoots
            case .faulty(_, _, .empty): .empty
            case .faulty(_, _, .containsNUL): .containsNUL
            case .faulty(_, _, .noValue): .noValue
            case .faulty(_, _, .tooLong): .tooLong
            case .faulty(_, _, .unstable): .unstable
            }
    }
}

/// One denial, for the operator alone: every one of them is the same 401 to the client. It never carries a password,
/// nor a user name that could not be an id, since people type passwords into the wrong field.
package struct Denial: Error, Equatable, Sendable {
    package let reason: DenialReason
    /// The user presented, where that is a well-formed id; the client need not exist.
    package let client: LogicalID?
    /// The secret that was to be the password, where it came that far.
    package let secret: SecretName?
    /// What is wrong and what to do about it, in one sentence. It becomes text where it is written: a client waits for
    /// none of them longer than for another.
    package let detail: Detail

    package enum Detail: Equatable, Sendable, CustomStringConvertible {
        case text(String)
        case vault(VaultError)

        package var description: String {
            switch self {
            case .text(let text): text
            case .vault(let error): error.description
            }
        }
    }

    /// A request that nobody stands behind.
    package static let noCredentials = Denial(.noCredentials, "the request has no Authorization field")
    /// Two Authorization fields could name two users.
    package static let ambiguous = Denial(
        .malformedCredentials, "the request has more than one Authorization field; send one")

    init(_ reason: DenialReason, client: LogicalID? = nil, secret: SecretName? = nil, _ detail: String) {
        self.reason = reason
        self.client = client
        self.secret = secret
        self.detail = .text(detail)
    }

    init(_ error: VaultError, client: LogicalID, secret: SecretName) {
        reason = DenialReason(error)
        self.client = client
        self.secret = secret
        detail = .vault(error)
    }

    init(_ fault: BasicCredentials.Fault) {
        switch fault {
        case .unsupportedScheme:
            self.init(.unsupportedScheme, "the Authorization field is not of the Basic scheme; send Basic credentials")
        case .malformed:
            self.init(
                .malformedCredentials,
                "the Basic credentials are not base64 of user:password in plain UTF-8; encode them so")
        }
    }
}
