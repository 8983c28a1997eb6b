internal import Transport
internal import Vault

/// Certificate, key and authorities as the files that a vault mounts, and the way from them to what TLS is spoken with.
struct TLSFiles: Sendable {
    let names: Settings.TLS.Files
    private let isClientCertificateRequired: Bool
    private let group: FileGroup

    init(_ names: Settings.TLS.Files, isClientCertificateRequired: Bool, files: any FileSystem) {
        self.names = names
        self.isClientCertificateRequired = isClientCertificateRequired
        group = FileGroup([names.certificate, names.privateKey] + (names.clientCA.map { [$0] } ?? []), files: files)
    }

    /// What they resolve to now; nothing where one of them is missing.
    func state() -> FileGroup.State? { try? group.state() }

    /// Reads them, all in one state, and makes of them what new connections use. The bytes of the key are overwritten
    /// on return; OpenSSL has its own form of it.
    func load(_ tickets: TLSTicketKeys) throws(TLSFault) -> (state: FileGroup.State, context: TLSContext) {
        let state: FileGroup.State
        let contents: [FileContent]
        do throws(FileGroupFault) {
            (state, contents) = try group.read()
        } catch {
            throw TLSFault(error, of: names)
        }
        return (state, try context(of: contents, tickets))
    }

    private func context(of contents: [FileContent], _ tickets: TLSTicketKeys) throws(TLSFault) -> TLSContext {
        var clients: TLSContext.Clients?
        if contents.count > 2 {
            clients = TLSContext.Clients(
                authorities: contents[2].withBytes { bytes in bytes.indices.map { bytes[$0] } },
                isRequired: isClientCertificateRequired)
        }
        do throws(TLSCredentialFault) {
            return try contents[0].withBytes { certificate throws(TLSCredentialFault) in
                try contents[1].withBytes { key throws(TLSCredentialFault) in
                    try TLSContext(certificate: certificate, key: key, clients: clients, tickets: tickets)
                }
            }
        } catch {
            throw TLSFault(error, of: names)
        }
    }
}
