import FHIR
import Testing

@testable import Storage

/// What every store must do.
@Suite struct ResourceStoreTests {
    @Test(arguments: Backend.all)
    func versionsGrowThroughCreateUpdateDeleteAndRevival(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        let created = try await store.put("Patient/a")
        let updated = try await store.put("Patient/a", family: "Windsor")
        let deleted = try await store.delete("Patient/a")
        let revived = try await store.put("Patient/a")
        guard case .created(let first) = created, case .updated(let second) = updated,
            case .deleted(let third) = deleted, case .created(let fourth) = revived
        else {
            Issue.record("\(created) \(updated) \(deleted) \(revived)")
            return
        }
        #expect([first, second, third, fourth].map(\.version) == [1, 2, 3, 4])
        #expect(third.body == nil)
        let body = String(decoding: try #require(fourth.body), as: UTF8.self)
        #expect(body.contains(#""versionId":"4""#))
        #expect(body.contains(#""id":"a""#))
        #expect(body.contains(fourth.lastUpdated.text))
        #expect(body.contains("1.10"))
    }

    @Test(arguments: Backend.all)
    func aReadFindsTheNewestVersionAndADeleteToo(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        #expect(store.current(try key("Patient/a")) == nil)
        let written = try await store.put("Patient/a")
        #expect(store.current(try key("Patient/a")) == written.version)
        #expect(store.current(try key("Observation/a")) == nil)
        let deleted = try await store.delete("Patient/a")
        #expect(store.current(try key("Patient/a")) == deleted.version)
        #expect(store.current(try key("Patient/a"))?.isDeleted == true)
    }

    @Test(arguments: Backend.all)
    func aDeleteOfWhatIsNotThereTakesNoVersion(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        #expect(try await store.delete("Patient/a") == .nothing)
        #expect(store.current(try key("Patient/a")) == nil)
        try await store.put("Patient/a")
        try await store.delete("Patient/a")
        #expect(try await store.delete("Patient/a") == .nothing)
        #expect(store.current(try key("Patient/a"))?.version == 2)
    }

    @Test(arguments: Backend.all)
    func aPreconditionThatFailsChangesNothingAndSaysWhatIsThere(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        await #expect(throws: StorageError.preconditionFailed(current: nil)) {
            try await store.put("Patient/a", if: .version(1))
        }
        try await store.put("Patient/a", if: .absent)
        await #expect(throws: StorageError.preconditionFailed(current: 1)) {
            try await store.put("Patient/a", if: .absent)
        }
        await #expect(throws: StorageError.preconditionFailed(current: 1)) {
            try await store.delete("Patient/a", if: .version(2))
        }
        #expect(store.current(try key("Patient/a"))?.version == 1)
        try await store.put("Patient/a", if: .version(1))
        try await store.delete("Patient/a", if: .version(2))
        await #expect(throws: StorageError.preconditionFailed(current: nil)) {
            try await store.put("Patient/a", if: .version(3))
        }
        #expect(try await store.put("Patient/a", if: .absent).version?.version == 4)
    }

    @Test(arguments: Backend.all, [true, false])
    func ofFiftyWritersOnOneVersionOneWins(_ backend: Backend, isThere: Bool) async throws {
        let store = try backend.make(TestClock())
        let precondition: Change.Precondition = isThere ? .version(1) : .absent
        if isThere { try await store.put("Patient/a") }
        let before = store.current(try key("Patient/a"))?.version ?? 0
        let results = await withTaskGroup(of: Result<Committed, any Error>.self) { group in
            for writer in 0..<50 {
                group.addTask {
                    do {
                        return .success(try await store.put("Patient/a", family: "W\(writer)", if: precondition))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let winners = results.compactMap { try? $0.get().version }
        #expect(winners.count == 1)
        #expect(winners.first == store.current(try key("Patient/a")))
        #expect(winners.first?.version == before + 1)
        for case .failure(let error) in results {
            #expect(error as? StorageError == .preconditionFailed(current: before + 1))
        }
    }

    @Test(arguments: Backend.all)
    func writersWithoutConditionsAllSucceedEachWithAVersionOfItsOwn(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        let versions = try await withThrowingTaskGroup(of: Int?.self) { group in
            for _ in 0..<50 { group.addTask { try await store.put("Patient/a").version?.version } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(versions == Set(1...50))
    }

    @Test(arguments: Backend.all)
    func pagesGoThroughIdsInByteOrderWithoutTheDeleted(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        for id in ["b", "a", "B", "10", "9", "a.b", "a-b", "c"] { try await store.put("Patient/\(id)") }
        try await store.put("Observation/a")
        try await store.delete("Patient/b")
        let type = try key("Patient/a").type
        var seen: [String] = []
        var after: LogicalID?
        while true {
            let page = store.page(of: type, after: after, limit: 3)
            #expect(page.count <= 3)
            seen += page.map(\.key.id.text)
            after = page.last?.key.id
            if page.isEmpty { break }
        }
        #expect(seen == ["10", "9", "B", "a", "a-b", "a.b", "c"])
        // The place to go on from need not be there.
        #expect(store.page(of: type, after: LogicalID("b"), limit: 9).map(\.key.id.text) == ["c"])
        #expect(store.page(of: type, after: LogicalID("c"), limit: 9) == [])
    }

    @Test(arguments: Backend.all)
    func theRevisionMovesWithEachChangeOfASystemResourceAndWithNothingElse(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        var last = store.systemRevision
        func isMoved() -> Bool {
            defer { last = store.systemRevision }
            return store.systemRevision != last
        }
        try await store.put("Client/a")
        #expect(isMoved())
        try await store.put("Client/a")
        #expect(isMoved())
        try await store.delete("Client/a")
        #expect(isMoved())
        try await store.put("TokenIntrospector/a")
        #expect(isMoved())
        try await store.delete("Client/a")
        try await store.put("Patient/a")
        await #expect(throws: StorageError.self) { try await store.put("TokenIntrospector/a", if: .absent) }
        #expect(!isMoved())
    }

    @Test(arguments: Backend.all)
    func countsAndTypesAreOfWhatIsNotDeleted(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        let (patients, observations) = (try key("Patient/a").type, try key("Observation/a").type)
        #expect(store.count(of: patients) == 0)
        #expect(store.types() == [])
        for id in ["a", "b", "a"] { try await store.put("Patient/\(id)") }
        try await store.put("Observation/a")
        #expect(store.count(of: patients) == 2)
        #expect(store.types() == [observations, patients])
        try await store.delete("Patient/a")
        try await store.delete("Observation/a")
        #expect(store.count(of: patients) == 1)
        #expect(store.types() == [patients])
        try await store.put("Patient/a")
        #expect(store.count(of: patients) == 2)
    }

    @Test(arguments: Backend.all)
    func timeDoesNotGoBackWithTheClock(_ backend: Backend) async throws {
        let clock = TestClock()
        let store = try backend.make(clock)
        let first = try #require(try await store.put("Patient/a").version)
        clock.set(1_000)
        let second = try #require(try await store.put("Patient/b").version)
        #expect(second.lastUpdated == first.lastUpdated)
        clock.set(first.lastUpdated.milliseconds + 5_000)
        let third = try #require(try await store.put("Patient/c").version)
        #expect(third.lastUpdated.milliseconds > first.lastUpdated.milliseconds)
    }

    @Test(arguments: Backend.all)
    func aClosedStoreReadsOnAndWritesNothing(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        #expect(store.condition == .writable)
        try await store.put("Patient/a")
        await store.close()
        await #expect(throws: StorageError.self) { try await store.put("Patient/b") }
        await #expect(throws: StorageError.self) { try await store.delete("Patient/none") }
        #expect(store.condition != .writable)
        #expect(store.current(try key("Patient/a"))?.version == 1)
        #expect(store.current(try key("Patient/b")) == nil)
    }
}
