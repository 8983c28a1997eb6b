package import FHIR

/// One version of a resource, as the store keeps it. A class, so that handing it to a reader counts one reference.
package final class StoredVersion: Sendable, Equatable {
    package let key: ResourceKey
    /// 1 for the first; a change and a delete each take the next one.
    package let version: Int
    package let lastUpdated: Instant
    /// The resource's JSON with `id` and `meta` as they are served; nil when this version is a delete.
    package let body: [UInt8]?
    /// The number of the commit that made it, by which the journal finds its line again; 0 where no store has made it.
    let commit: Int

    package init(key: ResourceKey, version: Int, lastUpdated: Instant, body: [UInt8]?, commit: Int = 0) {
        self.key = key
        self.version = version
        self.lastUpdated = lastUpdated
        self.body = body
        self.commit = commit
    }

    package var isDeleted: Bool { body == nil }

    /// Whichever commit made it.
    package static func == (left: StoredVersion, right: StoredVersion) -> Bool {
        left.key == right.key && left.version == right.version && left.lastUpdated == right.lastUpdated
            && left.body == right.body
    }
}
