internal import FHIR
internal import Logging
internal import Storage
internal import Telemetry
internal import Vault

/// The transaction Bundle that is applied before the server listens, as one commit, again at every start.
///
/// A resource that is there as the bundle has it makes no new version. What the bundle no longer names stays as it is.
struct InitBundle: Sendable {
    /// The most bytes that the file may have.
    static let limit = 64 << 20

    struct Put: Sendable {
        let change: Change
        let references: [SecretReference]

        init(_ resource: Resource) throws(FHIRError) {
            change = try Change.put(resource)
            references = try resource.checkContent()
        }
    }

    /// What became of it.
    struct Applied: Sendable {
        let path: String
        let changed: [Put]
        let unchanged: Int
    }

    let path: String
    let puts: [Put]

    /// Reads the file, and finds whatever is wrong with it.
    ///
    /// - Parameter nesting: depth of arrays and objects in a resource.
    init(_ path: String, nesting: Int, files: any FileSystem) throws(InitBundleFault) {
        self.path = path
        let bytes: SecretBytes
        do throws(InputFault) {
            bytes = try InputFile(path: path, limit: Self.limit, files: files).bytes()
        } catch {
            throw .unreadable("\(error)")
        }
        puts = try bytes.withBytes { bytes throws(InitBundleFault) in
            do throws(TransactionFaults) {
                return try TransactionBundle.read(bytes, maximumDepth: nesting) { resource throws(FHIRError) in
                    try Put(resource)
                }
            } catch {
                throw .faulty(error.faults)
            }
        }
    }

    /// Puts what is not there as the bundle has it, all of that or nothing. Of system resources it is in the audit log
    /// before it is done.
    ///
    /// Nobody else may write to the store meanwhile.
    func apply(
        to store: any ResourceStore, _ settings: Settings, _ audit: Audit?
    ) async throws(StartFault) -> Applied {
        let changed = puts.filter { !store.holds($0.change) }
        let applied = Applied(path: path, changed: changed, unchanged: puts.count - changed.count)
        if changed.isEmpty { return applied }
        let audited = changed.map(\.change.key).filter { $0.type.kind == .system }
        do throws(AuditFault) {
            try await audit?.applying(audited)
        } catch {
            throw .auditLog(settings.auditLog, reason: "\(error)")
        }
        do throws(StorageError) {
            _ = try await store.commit(changed.map(\.change))
        } catch {
            await audit?.failed(applying: audited, error)
            throw .store(folder: settings.store.text, error)
        }
        return applied
    }
}

extension InitBundle.Applied {
    /// What an operator should know of it.
    func report(to logger: Logger, _ vault: SecretResolver) {
        logger.info(
            "init bundle applied",
            metadata: [
                "path": "\(path)", "changed": .stringConvertible(changed.count),
                "unchanged": .stringConvertible(unchanged),
            ])
        var notices: [Logger.Metadata] = []
        for put in changed {
            for reference in put.references {
                let requester = Requester(put.change.key, reference)
                guard let obstacle = vault.obstacle(to: SecretName(reference.name), for: requester) else { continue }
                notices.append(obstacle.fields(of: put.change.key, reference))
            }
        }
        for fields in notices.prefix(Self.notices) { logger.notice(UnusableReference.notice, metadata: fields) }
        guard notices.count > Self.notices else { return }
        logger.notice(
            "more resources of the init bundle refer to secrets that they cannot use yet; keyward check lists them",
            metadata: ["more": .stringConvertible(notices.count - Self.notices)])
    }

    /// A bundle may have thousands, and a log that is flooded loses other lines.
    private static let notices = 20
}

/// Why an init bundle cannot be applied.
enum InitBundleFault: Error, Equatable {
    case unreadable(String)
    /// These are all of its faults.
    case faulty([TransactionFault])

    /// What is wrong, and at which place of the bundle.
    var lines: [String] {
        switch self {
        case .unreadable(let reason): [reason]
        case .faulty(let faults): faults.map(\.description)
        }
    }
}
