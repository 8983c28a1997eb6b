import FHIR
import JSON
import Testing

@testable import Storage

/// Commits of more than one change, in every store.
@Suite struct SeveralChangesTests {
    @Test(arguments: Backend.all)
    func allOfThemAreMadeOrNone(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        try await store.put("Patient/there")
        let revision = store.systemRevision
        await #expect(throws: StorageError.preconditionFailed(current: nil, change: 3)) {
            try await store.commit([
                .put("Patient/a"), .delete(key("Patient/there")), .put("Patient/b"),
                .put("Patient/c", if: .version(1)), .put("Patient/d"),
            ])
        }
        #expect(store.page(of: try key("Patient/a").type, after: nil, limit: 9).map(\.key.id.text) == ["there"])
        #expect(store.current(try key("Patient/there"))?.version == 1)
        #expect(store.current(try key("Patient/a")) == nil)
        #expect(store.systemRevision == revision)
        // Nothing of it counts afterwards either.
        #expect(try await store.put("Patient/a").version?.version == 1)

        let made = try await store.commit([.put("Patient/a"), .delete(key("Patient/there")), .put("Patient/b")])
        #expect(made.map(\.version?.version) == [2, 2, 1])
        let seen = try ["a", "there", "b"].map { store.current(try key("Patient/\($0)")) }
        #expect(made.map(\.version) == seen)
        #expect(Set(made.map(\.version?.lastUpdated)).count == 1)
        #expect(try await store.commit([]).isEmpty)
    }

    @Test(arguments: Backend.all)
    func eachSeesThoseBeforeIt(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        let made = try await store.commit([
            .put("Patient/a", if: .absent), .put("Patient/a", if: .version(1)),
            .delete(key("Patient/a"), if: .version(2)), .delete(key("Patient/a")), .put("Patient/a", if: .absent),
        ])
        #expect(made.map(\.version?.version) == [1, 2, 3, nil, 4])
        #expect(store.current(try key("Patient/a"))?.version == 4)
        await #expect(throws: StorageError.preconditionFailed(current: 5, change: 1)) {
            try await store.commit([.put("Patient/a"), .put("Patient/a", if: .absent)])
        }
        #expect(store.current(try key("Patient/a"))?.version == 4)
    }

    @Test(arguments: Backend.all)
    func aConditionMayBeThatNoneIsLikeIt(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        try await store.put("Observation/a", family: "Windsor")
        try await store.put("Patient/a", family: "Windsor", if: .noneOf(family: "Windsor"))
        await #expect(throws: StorageError.preconditionFailed(current: 1)) {
            try await store.put("Patient/b", family: "Windsor", if: .noneOf(family: "Windsor"))
        }
        // One that the same commit removes is not there, and one that it makes is.
        _ = try await store.commit([
            .delete(key("Patient/a")), .put("Patient/b", family: "Windsor", if: .noneOf(family: "Windsor")),
        ])
        await #expect(throws: StorageError.preconditionFailed(current: 1, change: 1)) {
            try await store.commit([
                .put("Patient/c", family: "Tudor"), .put("Patient/d", if: .noneOf(family: "Tudor")),
            ])
        }
        let results = await withTaskGroup(of: Bool.self) { group in
            for id in 0..<50 {
                group.addTask {
                    (try? await store.put("Patient/\(id)", family: "York", if: .noneOf(family: "York"))) != nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count(where: \.self) == 1)
    }

    @Test(arguments: Backend.all)
    func noReaderSeesSomeOfThem(_ backend: Backend) async throws {
        let store = try backend.make(TestClock())
        let type = try key("Patient/a").type
        let reader = Task {
            while !Task.isCancelled {
                #expect(store.count(of: type) % 3 == 0)
                await Task.yield()
            }
        }
        for round in 0..<200 {
            _ = try await store.commit([
                .put("Patient/a\(round)"), .put("Patient/b\(round)"), .put("Patient/c\(round)"),
            ])
        }
        reader.cancel()
        await reader.value
    }

    // MARK: in the journal

    @Test func oneCommitIsOneLineThatAnybodyCanRead() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        let syncs = disk.calls("fdatasync")
        _ = try await store.commit([.put("Patient/a"), .put("Patient/b", family: "}]\\"), .delete(key("Patient/a"))])
        #expect(disk.calls("fdatasync") == syncs + 1)
        await store.close()
        let line = try #require(disk.journal().split(separator: UInt8(ascii: "\n")).last)
        let value = try JSONValue.parse(Array(line).span, maximumDepth: 100)
        let json = try #require(value.object)
        #expect(json.members.map(\.name) == ["crc", "seq", "time", "changes"])
        let changes = json["changes"]?.array?.compactMap(\.object) ?? []
        #expect(changes.map { $0["id"]?.string } == ["a", "b", "a"])
        #expect(changes.map { $0["action"]?.string } == ["put", "put", "delete"])
        #expect(changes.dropFirst().first?["resource"]?.object?["id"]?.string == "b")

        let (again, recovery) = try JournalStore.open("store", disk: disk, clock: TestClock().now)
        #expect(recovery.commits == 1 && recovery.resources == 1)
        for id in ["a", "b"] {
            let (version, before) = (again.current(try key("Patient/\(id)")), store.current(try key("Patient/\(id)")))
            #expect(version != nil && version == before)
        }
        await again.close()
        #expect(try JournalStore.verify("store", readOnly: true, disk: disk).findings.isEmpty)
    }

    @Test func aTornCommitLosesAllOfIt() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        try await store.put("Patient/before")
        let sound = disk.journal().count
        _ = try await store.commit([.put("Patient/a"), .put("Patient/b"), .delete(key("Patient/before"))])
        await store.close()
        let whole = disk.journal()
        for length in sound..<whole.count {
            let disk = TestDisk(journal: Array(whole.prefix(length)))
            let (store, recovery) = try JournalStore.open("store", disk: disk, clock: TestClock().now)
            #expect(recovery.cutBytes == length - sound)
            #expect(recovery.resources == 1)
            #expect(store.current(try key("Patient/before"))?.version == 1)
            await store.close()
        }
    }

    @Test func aChangedByteOfItIsDamage() async throws {
        let disk = TestDisk()
        let store = try JournalStore.opened(on: disk)
        _ = try await store.commit([.put("Patient/a"), .delete(key("Patient/a"))])
        try await store.put("Patient/b")
        await store.close()
        let whole = disk.journal()
        let lines = whole.split(separator: UInt8(ascii: "\n"))
        for place in lines[0].count + 1..<lines[0].count + 1 + lines[1].count {
            var changed = whole
            changed[place] ^= 1
            #expect(throws: StorageError.self) { try JournalStore.opened(on: TestDisk(journal: changed)) }
        }
    }

    @Test(arguments: [
        #""changes":[]}"#, #""changes":[{"type":"Patient","id":"a","version":1,"action":"delete"}]}"#,
        #""changes":[{"type":"Patient","id":"a","version":1,"action":"put","length":3,"resource":{}}"#
            + #",{"type":"Patient","id":"a","version":2,"action":"delete"}]}"#,
        #""changes":[{"type":"Patient","id":"a","version":1,"action":"put","length":999,"resource":{}}"#
            + #",{"type":"Patient","id":"a","version":2,"action":"delete"}]}"#,
        #""changes":[{"type":"Patient","id":"a","version":1,"action":"delete"}"#
            + #" ,{"type":"Patient","id":"a","version":2,"action":"delete"}]}"#,
        #""changes":[{"type":"Patient","id":"a","version":1,"action":"delete"}"#
            + #",{"type":"Patient","id":"a","version":2,"action":"delete"}]}}"#,
    ])
    func whatThisProgramWouldNotWriteIsNoCommit(_ rest: String) {
        func line(_ rest: String) -> [UInt8] {
            Array(#"{"crc":"00000000","seq":1,"time":"2026-11-24T11:14:02.123Z",\#(rest)\#n"#.utf8)
        }
        let sound =
            #""changes":[{"type":"Patient","id":"a","version":1,"action":"put","length":2,"resource":{}}"#
            + #",{"type":"Patient","id":"a","version":2,"action":"delete"}]}"#
        #expect(JournalEntry(line: line(sound).span)?.versions.map(\.version) == [1, 2])
        #expect(JournalEntry(line: line(rest).span) == nil)
    }
}
