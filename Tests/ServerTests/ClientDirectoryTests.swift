import FHIR
import Storage
import Synchronization
import Testing

@testable import Server

@Suite struct ClientDirectoryTests {
    private let store = ScriptedStore()

    private func found(_ id: String, in directory: ClientDirectory) throws -> ClientResource? {
        directory.client(try key("Client/\(id)").id)
    }

    @Test func aChangedClientCountsAtOnceAndADeletedOneIsGone() async throws {
        let directory = ClientDirectory(store)
        #expect(try found("a", in: directory) == nil)
        try await store.put(client("a", secret: "one"))
        #expect(try found("a", in: directory)?.secret?.name == "one")
        #expect(try found("a", in: directory)?.secret?.name == "one")
        try await store.put(client("a", secret: "two", #""grant_types":[],"active":false"#))
        let changed = try #require(try found("a", in: directory))
        #expect(changed.secret?.name == "two")
        #expect(changed.grantTypes.isEmpty)
        #expect(!changed.isActive)
        try await store.delete("Client/a")
        #expect(try found("a", in: directory) == nil)
        try await store.put(client("a", secret: "three"))
        #expect(try found("a", in: directory)?.secret?.name == "three")
    }

    @Test func aClientIsLookedUpAgainOnlyOnceASystemResourceHasChanged() async throws {
        let directory = ClientDirectory(store)
        try await store.put(client("a", secret: "one"))
        func looks() throws -> Int {
            let before = store.looks.load(ordering: .relaxed)
            #expect(try found("a", in: directory)?.secret?.name == "one")
            return store.looks.load(ordering: .relaxed) - before
        }
        #expect(try looks() == 1)
        #expect(try looks() == 0)
        try await store.put(patient("p"))
        #expect(try looks() == 0)
        try await store.put(client("b", secret: "two"))
        #expect(try looks() == 1)
        #expect(try looks() == 0)
    }

    @Test func oneClientIsNeverTakenForAnother() async throws {
        let directory = ClientDirectory(store)
        try await store.put(client("a", secret: "one"))
        try await store.put(client("b", secret: "two"))
        try await store.put(#"{"resourceType":"Patient","id":"c"}"#)
        #expect(try found("a", in: directory)?.id.text == "a")
        #expect(try found("b", in: directory)?.secret?.name == "two")
        #expect(try found("A", in: directory) == nil)
        #expect(try found("c", in: directory) == nil)
    }

    @Test func allThatMayReferIsVisitedOnceAcrossPagesAndNothingDeleted() async throws {
        let directory = ClientDirectory(store)
        for number in 0..<2_000 { try await store.put(client("c\(number)", secret: nil)) }
        for number in 0..<1_001 { try await store.put(introspector("t\(number)", secret: "jwt")) }
        for text in ["Client/c7", "TokenIntrospector/t7"] { try await store.delete(text) }
        try await store.put(patient("p"))
        var seen: [String] = []
        directory.forEachReferrer { key, references in
            seen.append(key.text)
            #expect(references.map(\.field) == (key.type == .client ? [] : ["jwt.secret"]))
        }
        #expect(seen.count == 1_999 + 1_000)
        #expect(Set(seen).count == seen.count)
        for text in ["Client/c7", "TokenIntrospector/t7", "Patient/p"] { #expect(!seen.contains(text)) }
    }

    @Test func whatBreaksTheRulesOfAClientIsNone() throws {
        func version(_ body: String?) throws -> StoredVersion {
            StoredVersion(
                key: try key("Client/a"), version: 1, lastUpdated: ScriptedStore.clock(),
                body: body.map { Array($0.utf8) })
        }
        let understood = { (body: String?) in ClientDirectory.understand(try version(body)) }
        #expect(try understood(client("a", secret: "one"))?.secret?.name == "one")
        #expect(try understood(nil) == nil)
        #expect(try understood("{") == nil)
        #expect(try understood(client("b", secret: "one")) == nil)
        #expect(try understood(client("a", secret: "one", #""secret":"literal""#)) == nil)
    }

    @Test func aClientThatCameInUnderAnotherLimitOfNestingIsUnderstood() async throws {
        let deep = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
        try await store.put(client("a", secret: "one", #""deep":\#(deep)"#))
        #expect(try found("a", in: ClientDirectory(store))?.secret?.name == "one")
    }
}
