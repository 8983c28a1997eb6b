import FHIR

@testable import Storage

/// What a store is to hold: a dictionary, and the rules of a commit once more, as plainly as they can be said.
struct ModelState: Sendable {
    struct Version: Sendable {
        let number: Int
        let wish: Wish
        /// The version as the store gave it; nil while nobody has seen it.
        var stored: StoredVersion?

        var isDeleted: Bool { wish.family == nil }
    }

    private(set) var versions: [ResourceKey: Version] = [:]
    /// Those before, from the first on; nothing in place of one of which it is not known what it is.
    private var past: [ResourceKey: [Version?]] = [:]

    /// The number of the version that is there.
    func live(_ key: ResourceKey) -> Int? {
        versions[key].flatMap { $0.isDeleted ? nil : $0.number }
    }

    /// Makes all of the wishes true, or none; false when a condition does not hold.
    ///
    /// - Returns: for each wish the number of the version it makes (nil for a delete of nothing), or nil.
    mutating func commit(_ wishes: [Wish]) -> [Int?]? {
        var next = self
        var numbers: [Int?] = []
        for wish in wishes {
            guard next.allows(wish) else { return nil }
            guard wish.family != nil || next.live(wish.key) != nil else {
                numbers.append(nil)
                continue
            }
            let number = (next.versions[wish.key]?.number ?? 0) + 1
            let before = next.versions.updateValue(Version(number: number, wish: wish), forKey: wish.key)
            if let before { next.past[wish.key, default: []].append(before) }
            numbers.append(number)
        }
        self = next
        return numbers
    }

    private func allows(_ wish: Wish) -> Bool {
        switch wish.condition {
        case .none: true
        case .absent: live(wish.key) == nil
        case .version(let number): live(wish.key) == number
        case .noneOf(let family):
            !versions.contains { $0.key.type == wish.key.type && $0.value.wish.family == family }
        }
    }

    /// What came after `known` is no longer known but for the newest versions: several may have had the same end.
    mutating func forgetPast(behind known: ModelState) {
        for key in past.keys {
            let first = known.versions[key]?.number ?? 0
            for index in (past[key] ?? []).indices where index >= first { past[key]?[index] = nil }
        }
    }

    /// Why `stored` cannot be what a store finds as the version of this number, if so.
    ///
    /// - Parameter kept: so many of the newest ones must be there.
    func objection(to stored: StoredVersion?, as number: Int, of key: ResourceKey, kept: HistoryRule) -> String? {
        let newest = versions[key]?.number ?? 0
        guard let stored else {
            let isDue = number >= 1 && number <= newest && number > newest - kept.kept(of: newest)
            return isDue ? "version \(number) of \(key.text) is not found" : nil
        }
        guard number >= 1, number <= newest, stored.key == key, stored.version == number else {
            return "version \(stored.version) of \(stored.key.text) is found for \(number) of \(key.text)"
        }
        guard let known = number == newest ? versions[key] : past[key]?[number - 1] else { return nil }
        return stored == known.stored ?? known.wish.stored(version: number, at: stored.lastUpdated)
            ? nil : "version \(number) of \(key.text) is another one"
    }

    /// The number of the newest version, a delete too; 0 where there is none.
    func newest(_ key: ResourceKey) -> Int { versions[key]?.number ?? 0 }

    /// Takes what the store says of a version that it holds; why it is not what it should be, if so.
    mutating func take(_ stored: StoredVersion) -> String? {
        guard let version = versions[stored.key] else { return "\(stored.key.text) should not be there" }
        guard stored == version.stored ?? version.wish.stored(version: version.number, at: stored.lastUpdated) else {
            return "\(stored.key.text) is version \(stored.version) where \(version.number) belongs, or another one"
        }
        versions[stored.key]?.stored = stored
        return nil
    }

    /// Takes all of a store; why it is not this, if so.
    mutating func take(_ store: JournalStore, keys: [ResourceKey]) -> String? {
        for key in keys {
            if let stored = store.current(key) {
                if let objection = take(stored) { return objection }
            } else if versions[key] != nil {
                return "\(key.text) is missing"
            }
        }
        for type in Set(keys.map(\.type)) {
            let ids = keys.filter { $0.type == type && live($0) != nil }.map(\.id).sorted()
            guard store.count(of: type) == ids.count else { return "the count of \(type.name) is wrong" }
            guard store.page(of: type, after: nil, limit: 100).map(\.key.id) == ids else {
                return "the page of \(type.name) is wrong"
            }
        }
        return nil
    }
}
