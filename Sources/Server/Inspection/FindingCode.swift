internal import Vault

/// The stable words for what `keyward check` finds, a closed set: `docs/findings.md` has an entry for each.
package enum FindingCode: String, Sendable, CaseIterable {
    // The vault config: nothing of it counts.
    case configUnreadable = "config-unreadable"
    case configTooLarge = "config-too-large"
    case configNotJSON = "config-not-json"
    case configDuplicateName = "config-duplicate-name"
    case configUnknownMember = "config-unknown-member"
    case configMissingMember = "config-missing-member"
    case configBadValue = "config-bad-value"
    case configBadScope = "config-bad-scope"
    case configRootSecret = "config-root-secret"
    case noVaultConfig = "no-vault-config"
    // The vault config: what it says is valid.
    case rootMissing = "root-missing"
    case sharedPath = "shared-path"
    case previousIsCurrent = "previous-is-current"
    case typeWideScope = "type-wide-scope"
    case uselessScope = "useless-scope"
    case unusedSecret = "unused-secret"
    // A reference.
    case unknownSecret = "unknown-secret"
    case outOfScope = "out-of-scope"
    // A file that is no secret.
    case folderMissing = "folder-missing"
    case folderClosed = "folder-closed"
    case fileMissing = "file-missing"
    case fileUnreadable = "file-unreadable"
    case notAFile = "not-a-file"
    case outsideRoots = "outside-roots"
    case empty
    case containsNUL = "contains-nul"
    case noValue = "no-value"
    case tooLong = "too-long"
    case unstable
    case previousFaulty = "previous-faulty"
    // A value that hardly anybody means.
    case notUTF8 = "not-utf8"
    case byteOrderMark = "byte-order-mark"
    case carriageReturn = "carriage-return"
    case windowsEnding = "windows-ending"
    case lineBreak = "line-break"
    case controlCharacter = "control-character"
    case outerWhiteSpace = "outer-white-space"
    // Rights and mounts.
    case worldWritableFile = "world-writable-file"
    case worldWritableFolder = "world-writable-folder"
    case ownerUnreadable = "owner-unreadable"
    case frozenMount = "frozen-mount"
    case staleMount = "stale-mount"
    case frozenConfig = "frozen-config"
    case staleConfig = "stale-config"
    // The store.
    case storeDamaged = "store-damaged"
    case storeTornTail = "store-torn-tail"
    case storeUnreadable = "store-unreadable"
    case storeUnwritable = "store-unwritable"
    case literalSecret = "literal-secret"
    // The init bundle.
    case initBundleUnreadable = "init-bundle-unreadable"
    case initBundleFaulty = "init-bundle-faulty"
    // TLS.
    case tlsFileUnreadable = "tls-file-unreadable"
    case tlsCertificateFaulty = "tls-certificate-faulty"
    case tlsKeyFaulty = "tls-key-faulty"
    case tlsKeyMismatch = "tls-key-mismatch"
    case tlsClientCAFaulty = "tls-client-ca-faulty"
    case tlsCertificateNotYetValid = "tls-certificate-not-yet-valid"
    case tlsCertificateExpired = "tls-certificate-expired"
    case tlsCertificateExpiring = "tls-certificate-expiring"
    case tlsKeyReadable = "tls-key-readable"
    // The audit log.
    case auditLogUnwritable = "audit-log-unwritable"

    package var severity: Finding.Severity {
        switch self {
        case .sharedPath, .typeWideScope, .uselessScope, .unusedSecret, .previousFaulty, .notUTF8, .byteOrderMark,
            .carriageReturn, .windowsEnding, .lineBreak, .outerWhiteSpace, .ownerUnreadable, .frozenMount,
            .frozenConfig,
            .storeTornTail, .tlsCertificateExpiring, .tlsKeyReadable:
            .warning
        default: .error
        }
    }

    init(_ code: VaultConfigFault.Code) {
        self =
            switch code {
            case .unreadable: .configUnreadable
            case .tooLarge: .configTooLarge
            case .notJSON: .configNotJSON
            case .duplicateName: .configDuplicateName
            case .unknownMember: .configUnknownMember
            case .missingMember: .configMissingMember
            case .badValue: .configBadValue
            case .badScope: .configBadScope
            case .rootSecret: .configRootSecret
            }
    }

    init(_ error: VaultError) {
        self =
            switch error {
            case .unknownSecret: .unknownSecret
            case .outOfScope: .outOfScope
            case .faulty(_, _, let fault): FindingCode(fault)
            }
    }

    init(_ fault: SecretFault) {
        self =
            switch fault {
            case .missing: .fileMissing
            case .unreadable: .fileUnreadable
            case .notAFile: .notAFile
            case .outsideRoots: .outsideRoots
            case .empty: .empty
            case .containsNUL: .containsNUL
            case .noValue: .noValue
            case .tooLong: .tooLong
            case .unstable: .unstable
            }
    }
}
