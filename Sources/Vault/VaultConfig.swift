/// The vault config: which secrets there are, in which files, and who may use them.
package struct VaultConfig: Equatable, Sendable {
    package struct Secret: Equatable, Sendable {
        /// The value before this one, which counts for a while too.
        package struct Previous: Equatable, Sendable {
            /// Absolute.
            package let path: String
            /// How long it counts, reckoned from the change of the file at the secret's `path`.
            package let overlap: Duration

            package init(path: String, overlap: Duration) {
                self.path = path
                self.overlap = overlap
            }
        }

        package let name: SecretName
        /// Absolute.
        package let path: String
        package let previous: Previous?
        /// At least one.
        package let scopes: [SecretScope]

        package init(name: SecretName, path: String, previous: Previous? = nil, scopes: [SecretScope]) {
            self.name = name
            self.path = path
            self.previous = previous
            self.scopes = scopes
        }
    }

    /// The longest overlap: 30 days. Two values that count for longer are two secrets.
    package static let longestOverlap = Duration.seconds(30 * 86_400)

    /// The largest config, in bytes.
    package static let limit = 1_048_576
    /// The deepest nesting of its JSON: four levels are enough for any valid one.
    package static let maximumDepth = 16

    /// Folders; the file that a path finally resolves to must lie below one of them. `nil`: anywhere.
    package let roots: [String]?
    /// In the order of the file.
    package let secrets: [Secret]
    /// The config file's folder, absolute.
    package let folder: String

    package init(roots: [String]? = nil, secrets: [Secret], folder: String) {
        self.roots = roots
        self.secrets = secrets
        self.folder = folder
    }

    /// `roots` as they are compared and resolved.
    var folders: [FilePath]? { roots?.map { FilePath($0) } }

    /// No vault: every reference is unknown.
    package static let none = VaultConfig(secrets: [], folder: "/")

    /// What stands between `requester` and the secret `name` before any file is looked at; `nil` where nothing does.
    package func obstacle(to name: SecretName, for requester: Requester) -> VaultError? {
        guard let secret = secrets.first(where: { $0.name == name }) else { return .unknownSecret(name) }
        return secret.scopes.contains { $0.admits(requester) } ? nil : .outOfScope(name, requester)
    }
}

// Paths are compared by their bytes, as file systems do; `==` of two texts would take two spellings of é for one.

extension VaultConfig {
    package static func == (left: Self, right: Self) -> Bool {
        left.folders == right.folders && left.secrets == right.secrets
            && FilePath(left.folder) == FilePath(right.folder)
    }
}

extension VaultConfig.Secret {
    package static func == (left: Self, right: Self) -> Bool {
        left.name == right.name && FilePath(left.path) == FilePath(right.path) && left.previous == right.previous
            && left.scopes == right.scopes
    }
}

extension VaultConfig.Secret.Previous {
    var file: FilePath { FilePath(path) }

    package static func == (left: Self, right: Self) -> Bool {
        left.file == right.file && left.overlap == right.overlap
    }
}
