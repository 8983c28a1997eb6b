import FHIR

/// What commits that are not durable yet make of what is: each sees what those before it have done.
struct Draft {
    /// By commit, what is to become durable at once.
    private(set) var commits: [[StoredVersion]] = []
    private var newest: [ResourceKey: StoredVersion] = [:]
    private let base: any VersionSource
    /// The number of the last commit before these.
    private let last: Int

    init(over base: any VersionSource, behind last: Int) {
        self.base = base
        self.last = last
    }

    func current(_ key: ResourceKey) -> StoredVersion? { newest[key] ?? base.current(key) }

    func first(of type: ResourceType, like isLike: (StoredVersion) -> Bool) -> StoredVersion? {
        for version in newest.values where version.key.type == type && !version.isDeleted && isLike(version) {
            return version
        }
        return base.first(of: type) { newest[$0.key] == nil && isLike($0) }
    }

    /// Makes all changes of one commit, in their order, each seeing those before it; or none of them.
    mutating func commit(_ changes: [Change], at time: Instant) throws(StorageError) -> [Committed] {
        var results: [Committed] = []
        var before: [(key: ResourceKey, version: StoredVersion?)] = []
        for (place, change) in changes.enumerated() {
            do throws(Unmet) {
                let result = try change.applied(to: self, in: last + commits.count + 1, at: time)
                if let version = result.version {
                    before.append((change.key, newest.updateValue(version, forKey: change.key)))
                }
                results.append(result)
            } catch {
                for (key, version) in before.reversed() { newest[key] = version }
                throw .preconditionFailed(current: error.current, change: place)
            }
        }
        let versions = results.compactMap(\.version)
        if !versions.isEmpty { commits.append(versions) }
        return results
    }
}

/// What a draft is made over: what readers see.
protocol VersionSource {
    func current(_ key: ResourceKey) -> StoredVersion?

    /// Any resource of the type that is not deleted and is wanted.
    func first(of type: ResourceType, where isWanted: (StoredVersion) -> Bool) -> StoredVersion?
}
