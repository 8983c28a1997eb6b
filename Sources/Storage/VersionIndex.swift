import FHIR

/// What the store answers reads from: the newest version of each key, and the ids of each type in order.
struct VersionIndex {
    private var versions: [ResourceKey: StoredVersion] = [:]
    /// Of what is not deleted; a type without any has no entry.
    private var ids: [ResourceType: OrderedIDs] = [:]

    init() {}

    init(_ versions: [ResourceKey: StoredVersion]) {
        self.versions = versions
        let live = versions.values.lazy.filter { !$0.isDeleted }.map(\.key)
        ids = Dictionary(grouping: live, by: \.type).mapValues { OrderedIDs($0.map(\.id)) }
    }

    subscript(key: ResourceKey) -> StoredVersion? { versions[key] }

    mutating func record(_ version: StoredVersion) {
        let key = version.key
        let before = versions.updateValue(version, forKey: key)
        let wasLive = before.map { !$0.isDeleted } ?? false
        if version.isDeleted {
            guard wasLive else { return }
            ids[key.type]?.remove(key.id)
            if ids[key.type]?.count == 0 { ids[key.type] = nil }
        } else if !wasLive {
            ids[key.type, default: OrderedIDs()].insert(key.id)
        }
    }

    func page(of type: ResourceType, after: LogicalID?, limit: Int) -> [StoredVersion] {
        guard let ids = ids[type] else { return [] }
        return ids.page(after: after, limit: limit).compactMap { versions[ResourceKey(type: type, id: $0)] }
    }

    func count(of type: ResourceType) -> Int { ids[type]?.count ?? 0 }

    var types: [ResourceType] { ids.keys.sorted { $0.name < $1.name } }
}
