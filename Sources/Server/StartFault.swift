package import Storage
package import Vault

/// Why the server cannot start: what of which setting is wrong. The program turns it into a line that names the setting
/// as the user spelt it, and an exit status.
package enum StartFault: Error {
    /// The vault config cannot be read, or these are all of its faults, each with its place.
    case vaultConfig(path: String, faults: [VaultConfigFault])
    /// The root secret is unknown or its scope does not admit `Client/root`.
    case rootSecret(name: String, reason: String)
    /// The init bundle cannot be read, or these are all of its faults, each with its place.
    case initBundle(path: String, faults: [String])
    /// The files that TLS needs cannot be used.
    case tls(TLSFault)
    /// The address is taken or not ours.
    case address(host: String, port: UInt16, reason: String, isOps: Bool)
    case store(folder: String, StorageError)
    /// The audit log cannot be opened, or not be written when the init bundle is applied.
    case auditLog(Settings.AuditLocation, reason: String)
    /// The system refuses what any server needs.
    case system(String)
}
