/// Versions of one resource that are kept, the newest first.
package struct History: Sendable, Equatable {
    /// Those of one page, without a gap.
    package internal(set) var versions: [StoredVersion] = []
    /// The numbers of the oldest and of the newest one of all that are kept, between which there is no gap.
    package let oldest: Int
    package let newest: Int

    /// How many are kept.
    package var total: Int { newest - oldest + 1 }

    /// Behind the page there are older ones.
    package var hasMore: Bool { versions.last.map { $0.version > oldest } ?? false }
}

/// How much of a history is wanted at once.
package struct HistoryPage: Sendable {
    /// The number of the newest version that is wanted; one that never was means the newest there is.
    let newest: Int
    /// So many versions at most are still wanted.
    private(set) var versions: Int
    /// Bytes of resources after which the page ends before that.
    private var bytes: Int

    package init(from newest: Int = .max, versions: Int, bytes: Int = .max) {
        (self.newest, self.versions, self.bytes) = (max(newest, 0), versions, bytes)
    }

    var isFull: Bool { versions <= 0 || bytes <= 0 }

    /// Adds the next version behind those that are there, if it is wanted.
    mutating func add(_ version: StoredVersion, to history: inout History) {
        guard !isFull, version.version <= newest else { return }
        history.versions.append(version)
        versions -= 1
        bytes -= version.body?.count ?? 0
    }
}
