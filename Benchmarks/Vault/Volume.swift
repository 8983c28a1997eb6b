import FoundationEssentials
import Glibc
import Vault

/// The files that are looked at, in a folder that goes with this value.
struct Volume: ~Copyable {
    let folder: String

    init() throws {
        folder = "/tmp/keyward-vault-bench-\(getpid())"
        let files = FileManager.default
        try files.createDirectory(atPath: "\(folder)/volume/..2026_11_24", withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: "\(folder)/volume/..data", withDestinationPath: "..2026_11_24")
        for (name, value) in [("current", Self.current), ("previous", Self.previous)] {
            try Data(value.utf8).write(to: URL(filePath: "\(folder)/volume/..2026_11_24/\(name)"))
            try files.createSymbolicLink(atPath: "\(folder)/volume/\(name)", withDestinationPath: "..data/\(name)")
        }
        try Data(Self.current.utf8).write(to: URL(filePath: plain))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static let current = "super-secret-value"
    static let previous = "former-secret-val1"
    static let wrong = "wrong-secret-value"

    var plain: String { "\(folder)/plain" }
    /// As Kubernetes lays it out: a link to a file below `..data`, which is a link to a folder.
    var linked: String { "\(folder)/volume/current" }

    func config(_ path: String, overlap: Duration? = nil) -> VaultConfig {
        let previous = overlap.map { VaultConfig.Secret.Previous(path: "\(folder)/volume/previous", overlap: $0) }
        let scope = SecretScope(resourceType: "Client", id: "basic", field: "secret")
        return VaultConfig(
            secrets: [
                .init(name: SecretName("client-secret"), path: path, previous: previous, scopes: [scope]),
                .init(name: SecretName("other"), path: plain, scopes: [scope]),
            ], folder: folder)
    }
}
