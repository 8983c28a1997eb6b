import TLSClient

/// A volume with certificate and key as a vault mounts them, and the authority that issued both.
final class CertificateVolume {
    let authority: TestAuthority
    let volume: SecretVolume
    private let folder: TemporaryFolder

    /// - Parameter name: the certificate's common name.
    init(_ name: String = "first") throws {
        folder = try TemporaryFolder()
        authority = try TestAuthority()
        volume = try SecretVolume(at: folder.at("tls"), [:])
        try swap(to: authority.issue(name))
        try folder.write(authority.certificate, to: "ca.pem")
    }

    var certificate: String { volume.at("tls.crt") }
    var key: String { volume.at("tls.key") }
    /// Of the authority.
    var authorities: String { folder.at("ca.pem") }

    var arguments: [String] { ["--tls-certificate", certificate, "--tls-private-key", key] }

    /// A client that trusts the authority.
    var trusting: TLSClient.Options { TLSClient.Options(trusting: authority.certificate) }

    /// Publishes another pair, by the rename of `..data`.
    func swap(to pair: TestAuthority.Pair) throws {
        try volume.swap(["tls.crt": pair.certificate, "tls.key": pair.key])
    }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String { try folder.write(bytes, to: name) }
}
