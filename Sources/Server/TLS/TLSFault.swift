internal import Transport
internal import Vault

/// What is wrong with the files that TLS needs. It holds no byte of the key.
package struct TLSFault: Error, Equatable, Sendable {
    package enum File: Sendable {
        case certificate, privateKey, clientCA
    }

    /// The setting that names the file.
    package let file: File
    package let path: String
    package let code: FindingCode
    package let what: String
    package let remedy: String

    init(_ file: File, _ files: Settings.TLS.Files, _ code: FindingCode, _ what: String, remedy: String) {
        self.file = file
        self.path = files[file]
        self.code = code
        self.what = what
        self.remedy = remedy
    }

    /// The files cannot be read, or not in one state.
    init(_ fault: FileGroupFault, of files: Settings.TLS.Files) {
        let file: File =
            switch fault.path {
            case files.certificate: .certificate
            case files.privateKey: .privateKey
            default: .clientCA
            }
        let remedy =
            switch fault.fault {
            case .missing: "mount the volume that delivers it, or correct the setting"
            case .unreadable: "let the user that runs keyward read it and enter its folders"
            case .unstable: "have the files replaced by renaming finished ones over them"
            default: "write it there in PEM"
            }
        self.init(file, files, .tlsFileUnreadable, fault.what, remedy: remedy)
    }

    /// OpenSSL does not take what they hold.
    init(_ fault: TLSCredentialFault, of files: Settings.TLS.Files) {
        switch fault {
        case .certificate(let reason):
            self.init(
                .certificate, files, .tlsCertificateFaulty,
                "\(files.certificate) holds no usable certificate: \(reason)",
                remedy: "write the certificate there in PEM, after it those of its chain")
        case .key(let reason):
            self.init(
                .privateKey, files, .tlsKeyFaulty, "\(files.privateKey) holds no usable key: \(reason)",
                remedy: "write the certificate's private key there in PEM")
        case .encryptedKey:
            self.init(
                .privateKey, files, .tlsKeyFaulty, "the key in \(files.privateKey) wants a passphrase",
                remedy: "write it there without one: openssl pkey -in OLD -out NEW")
        case .mismatch:
            self.init(
                .privateKey, files, .tlsKeyMismatch,
                "the key in \(files.privateKey) is not that of the certificate in \(files.certificate)",
                remedy: "deliver both of one issue, in one swap of the volume")
        case .authorities(let reason):
            self.init(
                .clientCA, files, .tlsClientCAFaulty,
                "\(files.clientCA ?? "") holds no usable certificates of authorities: \(reason)",
                remedy: "write them there in PEM, one after the other")
        case .unavailable(let reason):
            self.init(
                .certificate, files, .tlsCertificateFaulty, "OpenSSL fails: \(reason)",
                remedy: "look at the system's libssl3 and its configuration")
        }
    }
}
