/// The file that holds the vault config.
package struct VaultConfigFile: Sendable {
    private let path: FilePath
    private let files: any FileSystem

    /// - Parameter path: a relative one starts at the working folder.
    package init(_ path: String, files: any FileSystem) {
        self.path = FilePath(path)
        self.files = files
    }

    /// What the path resolves to now, through every link.
    func identity() throws(Errno) -> FileIdentity {
        try files.identity(of: path)
    }

    /// The config now.
    package func load() throws(VaultConfigFaults) -> VaultConfig {
        let contents: SecretBytes
        let folder: String
        do throws(Errno) {
            folder = try self.folder()
            contents = try files.open(path).contents(limit: VaultConfig.limit)
        } catch {
            throw VaultConfigFaults([
                VaultConfigFault(
                    .unreadable, at: path.text, what: "it cannot be read (\(error))",
                    remedy: "write the vault config there, readable for the user that runs keyward")
            ])
        }
        return try contents.withBytes { bytes throws(VaultConfigFaults) in
            try VaultConfig.decode(bytes, folder: folder)
        }
    }

    /// That of the path as it is spelt: the files beside a link are not those beside its target.
    private func folder() throws(Errno) -> String {
        let spelt = path.text.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if path.text.isAbsolute { return spelt.isEmpty ? "/" : spelt }
        return try files.realPath(of: FilePath(".")) + (spelt.isEmpty ? "" : "/" + spelt)
    }
}
