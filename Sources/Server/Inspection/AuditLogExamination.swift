internal import Glibc

extension Inspection {
    /// Whether a server could open the audit log: asks, and creates nothing.
    static func lookAtAuditLog(_ location: Settings.AuditLocation) -> [Finding] {
        guard case .file(let path) = location else { return [] }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let remedy = "name a file in a folder that the server's user may write, by --audit-log"
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR {
                return [Finding(.auditLogUnwritable, "the audit log is a folder", at: path, remedy: remedy)]
            }
            if unsafe faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 { return [] }
            return [Finding(.auditLogUnwritable, "the audit log may not be written", at: path, remedy: remedy)]
        }
        if unsafe faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 { return [] }
        return [
            Finding(
                .auditLogUnwritable, "the audit log is not there, and may not be made in its folder", at: path,
                remedy: remedy)
        ]
    }
}
