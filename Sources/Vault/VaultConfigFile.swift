/// The file that holds the vault config.
package struct VaultConfigFile: Sendable {
    private let path: FilePath
    private let files: any FileSystem

    /// - Parameter path: a relative one starts at the working folder.
    package init(_ path: String, files: any FileSystem) {
        self.path = FilePath(path)
        self.files = files
    }

    /// The config now.
    package func load() throws(VaultConfigFaults) -> VaultConfig {
        let folder = try reading(folder)
        let contents = try reading { () throws(Errno) in
            let file = try files.open(path)
            // A pipe gives its content once, so it could not be followed.
            guard try file.identity().kind == .regular else { throw .notRegular }
            return try file.contents(limit: VaultConfig.limit)
        }
        return try contents.withBytes { bytes throws(VaultConfigFaults) in
            try VaultConfig.decode(bytes, folder: folder)
        }
    }

    /// What the path resolves to now, through every link.
    func identity() throws(VaultConfigFaults) -> FileIdentity {
        try reading { () throws(Errno) in try files.identity(of: path) }
    }

    /// Whether a file in this state has stood still for a while.
    func isSettled(_ identity: FileIdentity) -> Bool {
        identity.isSettled(at: files.now())
    }

    /// That of the path as it is spelt: the files beside a link are not those beside its target.
    private func folder() throws(Errno) -> String {
        let spelt = path.text.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if path.text.isAbsolute { return spelt.isEmpty ? "/" : spelt }
        return try files.realPath(of: FilePath(".")) + (spelt.isEmpty ? "" : "/" + spelt)
    }

    private func reading<Value: ~Copyable>(
        _ body: () throws(Errno) -> Value
    ) throws(VaultConfigFaults) -> Value {
        do throws(Errno) {
            return try body()
        } catch {
            throw VaultConfigFaults([
                VaultConfigFault(
                    .unreadable, at: path.text,
                    what: error == .notRegular ? "it is not a regular file" : "it cannot be read (\(error))",
                    remedy: "write the vault config there, readable for the user that runs keyward")
            ])
        }
    }
}
