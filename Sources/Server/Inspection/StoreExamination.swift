internal import FHIR
internal import Storage
internal import Vault

/// What is wrong with the store, and what the resources in it refer to. Takes no lock and creates nothing.
struct StoreExamination {
    /// An element of a stored resource that refers to a secret.
    struct Reference {
        let key: ResourceKey
        let reference: SecretReference
    }

    private(set) var findings: [Finding] = []
    /// By type and id.
    private(set) var references: [Reference] = []
    /// There is a store, and all of it could be understood.
    private(set) var isWhole = false

    private let attributes: any FileAttributeSource

    init(_ location: Settings.StoreLocation, _ attributes: any FileAttributeSource) {
        self.attributes = attributes
        // A server that never ran has no store, and one in memory cannot be looked into.
        guard case .folder(let folder) = location else { return }
        do throws(StorageError) {
            try look(into: folder)
        } catch .missing {
            lookAbove(folder)
        } catch {
            findings.append(
                Finding(
                    .storeUnreadable, "\(error)", at: folder, remedy: "mend that, or name another place by --store"))
        }
    }

    /// As the next start will have it, once the init bundle is applied.
    mutating func add(_ bundle: InitBundleExamination) {
        findings += bundle.findings
        references.removeAll { bundle.keys.contains($0.key) }
        references += bundle.references
        if !bundle.findings.isEmpty { isWhole = false }
    }

    private mutating func look(into folder: String) throws(StorageError) {
        var referrers: [StoredVersion] = []
        let report = try JournalStore.verify(folder, readOnly: true) { stored in
            if stored.key.type.kind == .system { referrers.append(stored) }
        }
        findings += report.findings.map { flaw in
            let place = "\(flaw.file), line \(flaw.line)"
            guard let literal = flaw.literal else {
                return Finding(
                    .storeDamaged, flaw.reason, at: place,
                    remedy: "see what is lost with `keyward store verify --store \(folder)`, then restore a copy, "
                        + "or save what is sound with `keyward store repair --store \(folder) --to …`")
            }
            return Finding(
                .literalSecret, "\(literal.text) holds a secret itself, which no server wrote there", at: place,
                remedy: "rotate that secret; fill a new store with what `keyward store dump` prints, less the secret")
        }
        if report.tornTail > 0 {
            findings.append(
                Finding(
                    .storeTornTail, "\(report.tornTail) bytes of a write that was never acknowledged", at: report.file,
                    remedy: "nothing to do: it is a running write, or the next start cuts it"))
        }
        references = referrers.sorted { $0.key.text < $1.key.text }.flatMap { stored in
            (ClientDirectory.references(in: stored) ?? []).map { Reference(key: stored.key, reference: $0) }
        }
        isWhole = report.findings.isEmpty
        noteRights(to: folder, isFolder: true)
        noteRights(to: report.file, isFolder: false)
    }

    /// Whether a server could make the store's folder, with those above it.
    private mutating func lookAbove(_ folder: String) {
        var place = folder
        while attributes.obstacleToWriting(FilePath(place), isFolder: true)?.isMissing == true,
            place != place.folderAbove
        {
            place = place.folderAbove
        }
        noteRights(to: place, isFolder: true)
    }

    private mutating func noteRights(to path: String, isFolder: Bool) {
        guard let obstacle = attributes.obstacleToWriting(FilePath(path), isFolder: isFolder) else { return }
        findings.append(
            Finding(
                .storeUnwritable, "the store cannot be written here: \(obstacle)", at: path,
                remedy: "give the server's user the folder and what is in it, or name another one by --store"))
    }
}
