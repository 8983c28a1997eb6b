import FHIR

/// What the store answers reads from: the newest version of each key, and those of each type in order.
struct VersionIndex: VersionSource {
    private struct Resources {
        var versions = VersionTable()
        /// What is not deleted.
        var live = OrderedVersions()

        mutating func record(_ version: StoredVersion) -> StoredVersion? {
            let before = versions.update(version)
            let wasLive = before.map { !$0.isDeleted } ?? false
            switch (wasLive, isLive: !version.isDeleted) {
            case (true, true): live.replace(with: version)
            case (true, false): live.remove(version.key.id)
            case (false, true): live.insert(version)
            case (false, false): break
            }
            return before
        }
    }

    /// In the order of `ResourceType.all`.
    private var resources: [Resources]

    init() {
        self.init([VersionTable](repeating: VersionTable(), count: ResourceType.all.count))
    }

    /// Takes what is known already, by type in the order of `ResourceType.all`.
    init(_ tables: [VersionTable]) {
        resources = tables.map { table in
            Resources(versions: table, live: OrderedVersions(table.versions.filter { !$0.isDeleted }))
        }
    }

    func current(_ key: ResourceKey) -> StoredVersion? { resources[key.type.place].versions[key.id] }

    func first(of type: ResourceType, where isWanted: (StoredVersion) -> Bool) -> StoredVersion? {
        resources[type.place].versions.versions.first { !$0.isDeleted && isWanted($0) }
    }

    /// Puts a version in the place of the one before, which is returned.
    @discardableResult
    mutating func record(_ version: StoredVersion) -> StoredVersion? {
        resources[version.key.type.place].record(version)
    }

    func page(of type: ResourceType, after: LogicalID?, limit: Int) -> [StoredVersion] {
        resources[type.place].live.page(after: after, limit: limit)
    }

    func count(of type: ResourceType) -> Int { resources[type.place].live.count }

    /// Of all types.
    var count: Int { resources.reduce(0) { $0 + $1.live.count } }

    var types: [ResourceType] { ResourceType.all.filter { count(of: $0) > 0 }.sorted { $0.name < $1.name } }
}
