import FHIR
import Testing

@testable import Storage

/// What every store must do with the versions before the newest one.
@Suite struct HistoryTests {
    /// Patient/a in seven versions, of which the fourth is a delete, among others; the versions of Patient/a.
    private func fill(_ store: any ResourceStore) async throws -> [StoredVersion] {
        var versions: [StoredVersion?] = []
        for number in 1...3 {
            versions.append(try await store.put("Patient/a", family: "v\(number)").version)
            try await store.put("Patient/b", family: "b\(number)")
        }
        versions.append(try await store.delete("Patient/a").version)
        // A resource twice in one commit, among others.
        let changes = [try Change.put("Patient/a"), try .put("Patient/c"), try .put("Patient/a", family: "v6")]
        let committed = try await store.commit(changes)
        versions += [committed[0].version, committed[2].version]
        versions.append(try await store.put("Patient/a", family: "v7").version)
        try await store.put("Patient/a.", family: "another")
        return versions.compactMap(\.self)
    }

    @Test(arguments: Backend.all)
    func everyVersionIsFoundByItsNumber(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        let versions = try await fill(store)
        let a = try key("Patient/a")
        #expect(versions.map(\.version) == Array(1...7))
        for version in versions { #expect(try await store.version(version.version, of: a) == version) }
        #expect(versions[3].isDeleted)
        for number in [0, -1, 8, .max, .min] { #expect(try await store.version(number, of: a) == nil) }
        #expect(try await store.version(1, of: try key("Patient/never")) == nil)
        #expect(try await store.version(1, of: try key("Observation/a")) == nil)
        #expect(try await store.version(1, of: try key("Patient/b"))?.version == 1)
    }

    @Test(arguments: Backend.all)
    func aHistoryGoesFromTheNewestVersionToTheOldestInPages(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        let versions = try await fill(store)
        let a = try key("Patient/a")
        for limit in [1, 2, 3, 6, 7, 8] {
            var found: [StoredVersion] = []
            var newest = Int.max
            while true {
                let page = try #require(try await store.history(of: a, HistoryPage(from: newest, versions: limit)))
                #expect(page.total == 7 && page.oldest == 1 && page.newest == 7)
                #expect(page.versions.count <= limit)
                found += page.versions
                #expect(page.hasMore == (found.count < 7))
                guard page.hasMore, let last = page.versions.last else { break }
                newest = last.version - 1
            }
            #expect(found == versions.reversed(), "\(limit)")
        }
        #expect(try await store.history(of: a, HistoryPage(from: 0, versions: 9))?.versions == [])
        let none = try await store.history(of: a, HistoryPage(versions: 0))
        #expect(none?.versions == [] && none?.total == 7)
        #expect(try await store.history(of: try key("Patient/never"), HistoryPage(versions: 9)) == nil)
        let single = try await store.history(of: try key("Patient/a."), HistoryPage(versions: 9))
        #expect(single?.versions.count == 1 && single?.total == 1 && single?.hasMore == false)
    }

    @Test(arguments: Backend.all)
    func aPageEndsWhereItHasBytesEnough(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        let versions = try await fill(store)
        let page = HistoryPage(versions: 9, bytes: (versions[6].body?.count ?? 0) + 1)
        let found = try await store.history(of: try key("Patient/a"), page)
        #expect(found?.versions.map(\.version) == [7, 6])
        #expect(found?.hasMore == true)
    }

    @Test(arguments: Backend.all)
    func aClosedStoreStillFindsThem(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        let versions = try await fill(store)
        await store.close()
        #expect(try await store.version(2, of: try key("Patient/a")) == versions[1])
        #expect(try await store.history(of: try key("Patient/a"), HistoryPage(versions: 2))?.total == 7)
    }

    @Test func inMemoryAsManyAreKeptAsTheRuleSays() async throws {
        for (rule, oldest) in [(HistoryRule.newest(1), 7), (.newest(3), 5), (.newest(9), 1), (.all, 1)] {
            let store = MemoryStore(history: rule, clock: TestClock().now)
            let versions = try await fill(store)
            let a = try key("Patient/a")
            let history = try await store.history(of: a, HistoryPage(versions: 9))
            #expect(history?.oldest == oldest, "\(rule)")
            #expect(history?.versions == versions[(oldest - 1)...].reversed())
            for version in versions {
                let isKept = version.version >= oldest
                #expect(try await store.version(version.version, of: a) == (isKept ? version : nil))
            }
        }
    }
}
