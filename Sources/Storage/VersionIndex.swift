import FHIR

/// What the store answers reads from: the newest version of each key, and the ids of each type in order.
struct VersionIndex: VersionSource {
    private struct Resources {
        var versions: [LogicalID: StoredVersion] = [:]
        /// Of what is not deleted.
        var ids = OrderedIDs()

        mutating func record(_ version: StoredVersion) {
            let id = version.key.id
            let before = versions.updateValue(version, forKey: id)
            let wasLive = before.map { !$0.isDeleted } ?? false
            if version.isDeleted {
                if wasLive { ids.remove(id) }
            } else if !wasLive {
                ids.insert(id)
            }
        }
    }

    /// In the order of `ResourceType.all`.
    private var resources = [Resources](repeating: Resources(), count: ResourceType.all.count)

    init() {}

    init(_ versions: [ResourceKey: StoredVersion]) {
        for (type, versions) in Dictionary(grouping: versions.values, by: \.key.type) {
            resources[type.place] = Resources(
                versions: Dictionary(uniqueKeysWithValues: versions.lazy.map { ($0.key.id, $0) }),
                ids: OrderedIDs(versions.lazy.filter { !$0.isDeleted }.map(\.key.id)))
        }
    }

    func current(_ key: ResourceKey) -> StoredVersion? { resources[key.type.place].versions[key.id] }

    func first(of type: ResourceType, where isWanted: (StoredVersion) -> Bool) -> StoredVersion? {
        resources[type.place].versions.values.first { !$0.isDeleted && isWanted($0) }
    }

    mutating func record(_ version: StoredVersion) {
        resources[version.key.type.place].record(version)
    }

    func page(of type: ResourceType, after: LogicalID?, limit: Int) -> [StoredVersion] {
        let resources = resources[type.place]
        return resources.ids.page(after: after, limit: limit).compactMap { resources.versions[$0] }
    }

    func count(of type: ResourceType) -> Int { resources[type.place].ids.count }

    var types: [ResourceType] { ResourceType.all.filter { count(of: $0) > 0 }.sorted { $0.name < $1.name } }
}
