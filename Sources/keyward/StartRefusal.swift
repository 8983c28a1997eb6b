import Server
import Storage

extension StartSettings {
    /// The line and the exit status for a start that failed: the setting as it was spelt, its value, what to do.
    func refusal(_ fault: StartFault) -> Refusal {
        switch fault {
        case .vaultConfig(let path, let faults):
            let places = faults.map { "\($0)" }.joined(separator: "; ")
            return Refusal(.configuration, "\(spelling(.vaultConfig)) \"\(path)\" cannot be used: \(places)")
        case .rootSecret(let name, let reason):
            return Refusal(
                .configuration,
                "\(spelling(.rootSecret)) \"\(name)\" cannot be used: \(reason); its scope must admit Client/root"
            )
        case .initBundle(let path, let faults):
            let most = 20
            var places = faults.prefix(most).joined(separator: "; ")
            if faults.count > most { places += "; and \(faults.count - most) more, which keyward check lists" }
            return Refusal(.configuration, "\(spelling(.initBundle)) \"\(path)\" cannot be applied: \(places)")
        case .tls(let fault):
            let setting: Setting =
                switch fault.file {
                case .certificate: .tlsCertificate
                case .privateKey: .tlsPrivateKey
                case .clientCA: .tlsClientCA
                }
            return Refusal(
                .configuration,
                "\(spelling(setting)) \"\(fault.path)\" cannot be used: \(fault.what); \(fault.remedy)")
        case .address(let host, let port, let reason, let isOps):
            let setting = spelling(isOps ? .opsPort : .port)
            return Refusal(
                .unavailable,
                "\(setting) \"\(port)\" cannot be listened on at \(spelling(.host)) \"\(host)\": \(reason); "
                    + "choose a free port and an address of this machine")
        case .store(let folder, let error):
            let status: ExitStatus = if case .locked = error { .unavailable } else { .inputOutput }
            return Refusal(status, "\(spelling(.store)) \"\(folder)\" cannot be used: \(error)")
        case .auditLog(let location, let reason):
            let value = if case .file(let path) = location { path } else { "stdout" }
            return Refusal(
                .configuration,
                "\(spelling(.auditLog)) \"\(value)\" cannot be used: \(reason); name a file in a folder that this user "
                    + "may write and that has room")
        case .system(let reason):
            return Refusal(.unavailable, "the system refuses what a server needs: \(reason); check ulimit and memory")
        }
    }
}
