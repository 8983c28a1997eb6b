internal import JSON
internal import Synchronization

/// The secrets of one vault config, ready to be looked at. It never changes: another config makes another shelf.
final class SecretShelf: Sendable {
    private static let editions = Atomic<UInt32>(0)

    /// Never 0, and that of no other of the four billion shelves before.
    let edition: UInt32
    /// In the order of the config.
    let secrets: [NamedSecret]
    let roots: [FilePath]?
    /// Looked at for a request that names no secret of the config.
    let decoy: FilePath
    /// Whether any secret has a previous value; then every denial looks at one, or at something in its place.
    let hasPrevious: Bool
    private let places: [SecretName: Int]

    /// - Parameter old: the shelf that this one replaces; what its files are known to hold is kept.
    init(_ config: VaultConfig, keeping old: SecretShelf? = nil) {
        edition = max(1, Self.editions.wrappingAdd(1, ordering: .relaxed).newValue)
        let folder = FilePath(config.folder)
        roots = config.folders
        let rootsMoved = old?.roots != roots
        let secrets = config.secrets.enumerated().map { index, secret in
            let next = config.secrets[(index + 1) % config.secrets.count]
            let decoy = next.path.isByteForByte(secret.path) ? folder : FilePath(next.path)
            return NamedSecret(secret, decoy: decoy, keeping: old?[secret.name], rootsMoved: rootsMoved)
        }
        self.secrets = secrets
        places = Dictionary(secrets.indices.map { (secrets[$0].name, $0) }) { $1 }
        decoy = config.secrets.first.map { FilePath($0.path) } ?? folder
        hasPrevious = config.secrets.contains { $0.previous != nil }
    }

    subscript(_ name: SecretName) -> NamedSecret? { places[name].map { secrets[$0] } }

    /// What stands between a requester and a secret before any file is looked at, or that nothing does.
    func rule(on name: SecretName, for requester: Requester) -> SecretRuling {
        guard let place = places[name] else { return SecretRuling(of: edition, .unknown) }
        return SecretRuling(of: edition, secrets[place].admits(requester) ? .admitted(place) : .outOfScope(place))
    }
}

/// One secret of a config: its files, and who may use it.
final class NamedSecret: Sendable {
    struct Previous: Sendable {
        let file: SecretFile
        let overlap: Duration
    }

    let name: SecretName
    let file: SecretFile
    let previous: Previous?
    /// Looked at in place of the file for a requester whom no scope admits.
    let decoy: FilePath
    private let scopes: [SecretScope]

    fileprivate init(_ secret: VaultConfig.Secret, decoy: FilePath, keeping old: NamedSecret?, rootsMoved: Bool) {
        func file(_ path: String, _ old: SecretFile?) -> SecretFile {
            guard let old, old.path == FilePath(path) else { return SecretFile(path: path) }
            return rootsMoved ? SecretFile(remembering: old) : old
        }
        name = secret.name
        self.file = file(secret.path, old?.file)
        previous = secret.previous.map { Previous(file: file($0.path, old?.previous?.file), overlap: $0.overlap) }
        scopes = secret.scopes
        self.decoy = decoy
    }

    func admits(_ requester: Requester) -> Bool {
        for scope in scopes where scope.admits(requester) { return true }
        return false
    }
}
