import FHIR

/// The newest version of each id of one type, found by its hash. No id is ever removed: a delete is a version too.
///
/// It holds no id but the one in the version itself, and a version takes 19 to 38 bytes in it. It is made of parts that
/// grow one by one, since readers wait while one does.
struct VersionTable {
    /// None before the first version.
    private var parts: [Part] = []

    /// What the highest bits of a hash tell apart.
    private static let partBits = 6

    subscript(_ id: LogicalID) -> StoredVersion? {
        guard !parts.isEmpty else { return nil }
        let hash = Self.hash(id)
        return parts[Self.part(of: hash)][id, hash: hash]
    }

    /// In no order.
    var versions: some Sequence<StoredVersion> { parts.lazy.flatMap(\.versions) }

    /// The versions in the largest part.
    var largestPart: Int { parts.map(\.versions.count).max() ?? 0 }

    /// Puts `version` in the place of the one its id had so far, which is returned.
    mutating func update(_ version: StoredVersion) -> StoredVersion? {
        if parts.isEmpty { parts = [Part](repeating: Part(), count: 1 << Self.partBits) }
        let hash = Self.hash(version.key.id)
        return parts[Self.part(of: hash)].update(version, hash: hash)
    }

    private static func part(of hash: UInt32) -> Int { Int(hash >> UInt32(UInt32.bitWidth - partBits)) }

    /// Seeded anew in each process, so that nobody can choose ids that share one.
    private static func hash(_ id: LogicalID) -> UInt32 {
        var hasher = Hasher()
        id.hash(into: &hasher)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}

/// The versions whose ids' hashes begin alike.
private struct Part {
    /// In the order in which their ids came first.
    private(set) var versions: [StoredVersion] = []
    /// A power of two of them, or none; each leads to a version, and one that is free ends a search.
    private var slots: [Slot] = []

    private struct Slot {
        /// Of the id: the lowest bits say where its search begins, all of them whether a version is worth a look.
        let hash: UInt32
        private let placeFromOne: UInt32

        static let free = Slot()

        private init() { (hash, placeFromOne) = (0, 0) }

        init(hash: UInt32, place: Int) { (self.hash, placeFromOne) = (hash, UInt32(place + 1)) }

        /// In `versions`.
        var place: Int? { placeFromOne == 0 ? nil : Int(placeFromOne) - 1 }
    }

    subscript(_ id: LogicalID, hash hash: UInt32) -> StoredVersion? {
        guard !slots.isEmpty else { return nil }
        return slots[slot(of: id, hash: hash)].place.map { versions[$0] }
    }

    mutating func update(_ version: StoredVersion, hash: UInt32) -> StoredVersion? {
        makeRoom()
        let slot = slot(of: version.key.id, hash: hash)
        if let place = slots[slot].place {
            defer { versions[place] = version }
            return versions[place]
        }
        slots[slot] = Slot(hash: hash, place: versions.count)
        versions.append(version)
        return nil
    }

    /// The slot that leads to the version of an id, or the free one where its search ends.
    private func slot(of id: LogicalID, hash: UInt32) -> Int {
        var slot = Int(hash) & (slots.count - 1)
        while let place = slots[slot].place, slots[slot].hash != hash || versions[place].key.id != id {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    /// Keeps a quarter of the slots free, so that searches are short.
    private mutating func makeRoom() {
        guard versions.count >= slots.count / 4 * 3 else { return }
        let old = slots
        slots = [Slot](repeating: .free, count: max(4, old.count * 2))
        for taken in old where taken.place != nil {
            var slot = Int(taken.hash) & (slots.count - 1)
            while slots[slot].place != nil { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = taken
        }
    }
}
