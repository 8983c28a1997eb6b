import FHIR
import Storage

extension StoreBench {
    /// Resources of a page.
    private static let pageLimit = 50

    /// Prints nanoseconds of a look.
    static func look(_ folder: String, what: String, count: Int) async throws {
        let store = try open(folder)
        let keys = try keys(of: store)
        let looks: (JournalStore, [ResourceKey], Int) throws -> Void
        switch what {
        case "current": looks = lookAtCurrent
        case "page": looks = lookAtPage
        default: throw Wrong(what: "\(what) is no look")
        }
        let begin = ContinuousClock.now
        try looks(store, keys, count)
        let time = ContinuousClock.now - begin
        tell(Int(time / .nanoseconds(count)))
        await store.close()
    }

    /// Up to 4,096 from all over the store, so that what is looked at is in no cache, or all of a small store.
    private static func keys(of store: JournalStore) throws -> [ResourceKey] {
        let count = store.count(of: .client)
        return try (0..<min(count, 4_096)).map { place in try SampleClient.key(place * 7_919 % count) }
    }

    // Callgrind counts what runs inside of these two by their names.

    @inline(never)
    static func lookAtCurrent(_ store: JournalStore, _ keys: [ResourceKey], _ count: Int) throws {
        var place = 0
        for _ in 0..<count {
            guard store.current(keys[place]) != nil else { throw Wrong(what: "\(keys[place].text) is not there") }
            place = place + 1 < keys.count ? place + 1 : 0
        }
    }

    /// Of the page behind an id in the middle, which is full but in the smallest store.
    @inline(never)
    static func lookAtPage(_ store: JournalStore, _ keys: [ResourceKey], _ count: Int) throws {
        let middle = keys.map(\.id).sorted()[keys.count / 2]
        let expected = store.page(of: .client, after: middle, limit: pageLimit).count
        for _ in 0..<count {
            guard store.page(of: .client, after: middle, limit: pageLimit).count == expected else {
                throw Wrong(what: "a page has \(expected) no more")
            }
        }
    }
}
