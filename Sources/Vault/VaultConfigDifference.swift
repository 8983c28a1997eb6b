/// What another config does to the secrets, by name, each list in the order of the config that has them.
package struct VaultConfigDifference: Equatable, Sendable {
    package let added: [SecretName]
    package let removed: [SecretName]
    /// Other requesters may use them.
    package let rescoped: [SecretName]
    /// Their value, or the one before it, lies elsewhere.
    package let repathed: [SecretName]
    /// The value before counts for another time.
    package let retimed: [SecretName]
    /// The folders that all files must lie in are others.
    package let movesRoots: Bool

    package init(from old: VaultConfig, to new: VaultConfig) {
        let before = Dictionary(uniqueKeysWithValues: old.secrets.map { ($0.name, $0) })
        let after = Set(new.secrets.map(\.name))
        func changed(_ isChanged: (VaultConfig.Secret, VaultConfig.Secret) -> Bool) -> [SecretName] {
            new.secrets.compactMap { secret in
                before[secret.name].flatMap { isChanged($0, secret) ? secret.name : nil }
            }
        }
        added = new.secrets.map(\.name).filter { before[$0] == nil }
        removed = old.secrets.map(\.name).filter { !after.contains($0) }
        rescoped = changed { $0.scopes != $1.scopes }
        repathed = changed { FilePath($0.path) != FilePath($1.path) || $0.previous?.file != $1.previous?.file }
        retimed = changed { $0.previous != nil && $1.previous != nil && $0.previous?.overlap != $1.previous?.overlap }
        movesRoots = old.folders != new.folders
    }
}
