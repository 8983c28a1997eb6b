internal import Access
internal import FHIR
internal import HTTP
internal import Telemetry
internal import Transport
internal import Vault

extension AuditCode {
    static let secretUsed = own("secret-used")
    static let secretRotated = own("secret-rotated")
    static let vaultConfigChanged = own("vault-config-changed")
    static let vaultConfigRefused = own("vault-config-refused")
    static let vaultConfigRestored = own("vault-config-restored")
    static let auditGap = own("audit-gap")
}

extension AuditEvent {
    /// Events are missing from the log.
    static func gap(_ gap: AuditGap, at recorded: Instant, on server: Server) -> AuditEvent {
        let (seconds, attoseconds) = gap.since.components
        let since = Instant(milliseconds: seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        return AuditEvent(
            alert: .auditRecordingStopped, .auditGap, at: recorded, .seriousFailure,
            because: "the audit log could not be written: \(gap.refused) requests were refused for it, "
                + "\(gap.dropped) events of the server itself are lost",
            on: server,
            entities: [
                .object(
                    "audit log",
                    [("since", since.text), ("refused", "\(gap.refused)"), ("dropped", "\(gap.dropped)")])
            ])
    }
}

extension Instant {
    init(_ time: FileTime) {
        self.init(milliseconds: time.seconds * 1_000 + time.nanoseconds / 1_000_000)
    }
}

extension Exchange {
    /// What the request asks for, by method and path.
    var interaction: AuditEvent.Interaction {
        switch request.method {
        case .put: .update
        case .delete: .delete
        case .post: route?.pattern.hasSuffix("_search") == true ? .search : .create
        default: isForVersion ? .vread : isForHistory ? .history : isForInstance ? .read : .search
        }
    }

    /// What the path names: an id that is none is not repeated.
    var resource: AuditEvent.Entity {
        let type = type ?? .client
        return instance.map { .resource(ResourceKey(type: type, id: $0)) } ?? .resources(of: type)
    }

    func requestor(_ principal: Principal?) -> AuditEvent.Requestor {
        AuditEvent.Requestor(
            principal.map(\.auditName), at: request.peer.hostText, certificate: request.tls?.certificateSubject)
    }
}

extension Principal {
    fileprivate var auditName: String {
        switch self {
        case .root: "root"
        case .tutorial: "tutorial"
        case .client(let id): ResourceKey(type: .client, id: id).text
        }
    }
}

extension Address {
    /// Without port and brackets, as R4's `AuditEvent.agent.network.address` wants it.
    fileprivate var hostText: String {
        let text = description.dropLast(":\(port)".utf8.count)
        return String(text.hasPrefix("[") ? text.dropFirst().dropLast() : text)
    }
}

extension DenialReason {
    /// The secret cannot be had, whatever the password.
    var isOfTheVault: Bool {
        switch self {
        case .noCredentials, .unsupportedScheme, .malformedCredentials, .unknownClient, .inactiveClient, .noBasicGrant,
            .noSecretReference, .wrongPassword, .expiredPassword:
            false
        case .unknownSecret, .outOfScope, .fileMissing, .fileUnreadable, .notAFile, .outsideRoots, .empty, .containsNUL,
            .noValue, .tooLong, .unstable:
            true
        }
    }
}
