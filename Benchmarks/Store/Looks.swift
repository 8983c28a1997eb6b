import FHIR
import Storage

extension StoreBench {
    /// Resources of a page.
    private static let pageLimit = 50

    /// Prints nanoseconds of a look at a current version, and of one at a page.
    static func look(_ folder: String, count: Int) async throws {
        let store = try open(folder)
        let keys = try keys(of: store)
        let middle = keys.map(\.id).sorted()[keys.count / 2]
        let page = store.page(of: .client, after: middle, limit: pageLimit).count
        let begin = ContinuousClock.now
        let found = lookAtCurrent(store, keys, count)
        let between = ContinuousClock.now
        let paged = lookAtPages(store, behind: middle, count)
        let end = ContinuousClock.now
        guard found == count, paged == count * page else {
            throw Wrong(what: "\(found) looks and \(paged) resources on pages came of \(count) looks")
        }
        tell(Int((between - begin) / .nanoseconds(count)), Int((end - between) / .nanoseconds(count)))
        await store.close()
    }

    /// Up to 4,096 from all over the store, so that what is looked at is in no cache, or all of a small store.
    private static func keys(of store: JournalStore) throws -> [ResourceKey] {
        let count = store.count(of: .client) - 1
        return try (0..<min(count, 4_096)).map { try SampleClient.key(1 + $0 * 7_919 % count) }
    }

    // Callgrind writes its counts when each of these two begins, and `tell` afterwards; it knows them by their names.

    /// How many of the looks found something.
    @inline(never)
    private static func lookAtCurrent(_ store: JournalStore, _ keys: [ResourceKey], _ count: Int) -> Int {
        var place = 0
        var found = 0
        for _ in 0..<count {
            if store.current(keys[place]) != nil { found += 1 }
            place = place + 1 < keys.count ? place + 1 : 0
        }
        return found
    }

    /// How many resources the pages have.
    @inline(never)
    private static func lookAtPages(_ store: JournalStore, behind middle: LogicalID, _ count: Int) -> Int {
        var found = 0
        for _ in 0..<count { found += store.page(of: .client, after: middle, limit: pageLimit).count }
        return found
    }
}
