internal import FHIR
internal import Glibc
internal import Logging
internal import Telemetry

extension Audit {
    /// Opens the audit log of the settings; nothing where none is set.
    static func open(
        _ settings: Settings, registry: MetricRegistry, logger: Logger
    ) throws(StartFault) -> Audit? {
        let target: SystemAuditTarget
        switch settings.auditLog {
        case .none: return nil
        case .standardOutput: target = .standardOutput
        case .file(let path): target = .path(path)
        }
        do throws(AuditFault) {
            return try Audit(
                target, server: AuditEvent.Server(host: settings.host, site: hostName()), registry: registry,
                logger: logger)
        } catch {
            throw .auditLog(settings.auditLog, reason: "\(error)")
        }
    }
}

/// The name of this machine, or of the pod, as the system has it.
private func hostName() -> String {
    var name = utsname()
    guard unsafe uname(&name) == 0 else { return "unknown" }
    return unsafe withUnsafeBytes(of: name.nodename) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
