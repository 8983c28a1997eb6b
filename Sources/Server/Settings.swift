import Access
package import HTTP
package import Storage

/// Everything an operator can choose, resolved and valid. `keyward` reads it from flags and environment; the rooms are
/// built from it.
package struct Settings: Sendable {
    package enum StoreLocation: Sendable, Equatable {
        case memory
        /// A folder that holds the JSON file store; it is created when it does not exist.
        case folder(String)

        /// As an operator writes it.
        var text: String {
            switch self {
            case .memory: "memory:"
            case .folder(let folder): folder
            }
        }
    }

    package enum AuditLocation: Sendable, Equatable {
        case none
        case standardOutput
        /// A path; the file is created when it does not exist.
        case file(String)
    }

    /// TLS on the main listener.
    package struct TLS: Sendable, Equatable {
        /// Paths of files in PEM. Certificate and key are there together, or neither is.
        package var certificate: String?
        package var privateKey: String?
        /// The authorities that certificates of clients must lead to; without it clients are asked for none.
        package var clientCA: String?
        package var requiresClientCertificate = false

        package init() {}

        /// Nothing where TLS is off.
        var files: Files? {
            guard let certificate, let privateKey else { return nil }
            return Files(certificate: certificate, privateKey: privateKey, clientCA: clientCA)
        }

        struct Files: Sendable {
            let certificate: String
            let privateKey: String
            let clientCA: String?

            subscript(file: TLSFault.File) -> String {
                switch file {
                case .certificate: certificate
                case .privateKey: privateKey
                case .clientCA: clientCA ?? ""
                }
            }
        }
    }

    package var host = "127.0.0.1"
    /// 0 takes any free port, which the `listening` log line names.
    package var port: UInt16 = 8080
    /// Where `/metrics` is served; no second listener without it.
    package var opsPort: UInt16?
    /// Path of the vault config; without one every reference is unresolved.
    package var vaultConfig: String?
    /// Path of the transaction Bundle that is applied at every start.
    package var initBundle: String?
    package var store = StoreLocation.folder("./data")
    /// Which versions of a resource the store's compactions keep.
    package var storeHistory = HistoryRule.all
    /// The name of the vault secret whose value is the password of `root`.
    package var rootSecret: String?
    package var tls = TLS()
    /// Where audit events go.
    package var auditLog = AuditLocation.none
    package var limits = Limits()
    /// Depth of arrays and objects in a resource's JSON.
    package var nesting = 100
    /// Event loops, each a thread; by default one a core.
    package var eventLoops: Int?

    package init() {}

    /// Whether only this machine can reach the listeners, which is what a server without root secret must keep to.
    package var isLoopbackOnly: Bool {
        host.lowercased() == "localhost" || LoopbackName.isAddress(host)
    }
}
