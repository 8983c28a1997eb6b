internal import FHIR
internal import HTTP
internal import Logging
internal import Storage
internal import Transport
internal import Vault

/// What create and update share: reading a resource out of a request, and the rules that a write keeps.
struct Writing: Sendable {
    let nesting: Int
    let vault: SecretResolver
    let logger: Logger
    let newID: @Sendable () -> LogicalID

    /// The content of a write, which must not be empty.
    func content(of exchange: Exchange) async throws -> ReceivedBytes {
        let content = try await exchange.request.content()
        guard !content.bytes.isEmpty else {
            throw Refusal(.badRequest, .required, "The request has no content; send the resource as JSON.")
        }
        return content
    }

    /// The rules of system resources. A reference that names an unknown or out-of-scope secret is stored, since the
    /// vault config may come later, unless the client asked for strictness.
    func check(_ resource: Resource, for exchange: Exchange) throws {
        for reference in try resource.checkContent() {
            guard let obstacle = vault.obstacle(to: SecretName(reference.name), for: Requester(resource.key, reference))
            else { continue }
            guard exchange.preferences().handling != .strict else {
                throw UnusableReference(resource: resource.key, obstacle: obstacle)
            }
            logger.notice(
                UnusableReference.notice, metadata: exchange.logFields(obstacle.fields(of: resource.key, reference)))
        }
    }
}

/// A reference to a secret that its resource cannot use, in a write that is to be strict.
struct UnusableReference: Error {
    let resource: ResourceKey
    let obstacle: VaultError

    static let notice: Logger.Message = "a resource refers to a secret that it cannot use yet"
}

extension VaultError {
    /// What the log says of a reference that cannot be used for this.
    func fields(of resource: ResourceKey, _ reference: SecretReference) -> Logger.Metadata {
        [
            "resource": "\(resource.text)", "field": "\(reference.field)", "secret": "\(reference.name)",
            "reason": "\(code)", "detail": "\(self)",
        ]
    }
}
