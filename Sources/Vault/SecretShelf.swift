internal import JSON

/// The secrets of one vault config, ready to be looked at. It never changes: another config makes another shelf.
final class SecretShelf: Sendable {
    let config: VaultConfig
    /// In the order of the config.
    let names: [SecretName]
    let roots: [FilePath]?
    /// Looked at for a request that names no secret of the config.
    let decoy: FilePath
    /// Whether any secret has a previous value; then every denial looks at one, or at something in its place.
    let hasPrevious: Bool
    private let secrets: [SecretName: NamedSecret]

    /// - Parameter old: the shelf that this one replaces; what its files are known to hold is kept.
    init(_ config: VaultConfig, keeping old: SecretShelf? = nil) {
        self.config = config
        let folder = FilePath(config.folder)
        roots = config.folders
        var secrets: [SecretName: NamedSecret] = [:]
        for (index, secret) in config.secrets.enumerated() {
            let next = config.secrets[(index + 1) % config.secrets.count]
            let decoy = next.path.isByteForByte(secret.path) ? folder : FilePath(next.path)
            secrets[secret.name] = NamedSecret(
                secret, decoy: decoy, keeping: old?.secrets[secret.name], rootsMoved: old?.roots != roots)
        }
        self.secrets = secrets
        names = config.secrets.map(\.name)
        decoy = config.secrets.first.map { FilePath($0.path) } ?? folder
        hasPrevious = config.secrets.contains { $0.previous != nil }
    }

    subscript(_ name: SecretName) -> NamedSecret? { secrets[name] }
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
