internal import Glibc
internal import Vault

extension Inspection {
    /// Whether a server could open the audit log: asks, and creates nothing.
    static func lookAtAuditLog(
        _ location: Settings.AuditLocation, _ attributes: any FileAttributeSource
    ) -> [Finding] {
        guard case .file(let path) = location else { return [] }
        let remedy = "name a file in a folder that the server's user may write, by --audit-log"
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR {
                return [Finding(.auditLogUnwritable, "the audit log is a folder", at: path, remedy: remedy)]
            }
            if attributes.obstacleToWriting(FilePath(path), isFolder: false) == nil { return [] }
            return [Finding(.auditLogUnwritable, "the audit log may not be written", at: path, remedy: remedy)]
        }
        if attributes.obstacleToWriting(FilePath(path.folderAbove), isFolder: true) == nil { return [] }
        return [
            Finding(
                .auditLogUnwritable, "the audit log is not there, and may not be made in its folder", at: path,
                remedy: remedy)
        ]
    }
}
