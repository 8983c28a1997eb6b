import FHIR
import Testing

@testable import Storage

@Suite struct VersionTableTests {
    @Test func itIsAlwaysWhatADictionaryWouldBe() throws {
        var random = SplitMix64(seed: 1)
        var model: [LogicalID: StoredVersion] = [:]
        var table = VersionTable()
        for step in 0..<20_000 {
            // More and more ids, so that it grows often, and each a few times.
            let id = try #require(LogicalID("i\(UInt64.random(in: 0...UInt64(step / 3), using: &random))"))
            let version = StoredVersion(
                key: ResourceKey(type: .client, id: id), version: step, lastUpdated: Instant(milliseconds: 0),
                body: step.isMultiple(of: 7) ? nil : [])
            #expect(table[id] == model[id])
            let before = model.updateValue(version, forKey: id)
            #expect(table.update(version) == before)
            #expect(table[id] == version)
        }
        #expect(Set(table.versions.map(\.key.id)) == Set(model.keys))
        #expect(Array(table.versions).count == model.count)
        #expect(table.largestPart < model.count / 16, "readers wait for the growth of one part alone")
        for (id, version) in model { #expect(table[id] == version) }
        for number in 20_000..<40_000 { #expect(table[try #require(LogicalID("i\(number)"))] == nil) }
    }

    @Test func whatIsGatheredIsWhatIsRecorded() throws {
        var builder = IndexBuilder()
        var index = VersionIndex()
        for step in 1...500 {
            let type = try #require(ResourceType(step.isMultiple(of: 2) ? "Client" : "Patient"))
            let key = ResourceKey(type: type, id: try #require(LogicalID("i\(step % 40)")))
            let version = StoredVersion(
                key: key, version: step, lastUpdated: Instant(milliseconds: Int64(step)),
                body: step.isMultiple(of: 5) ? nil : [])
            #expect(builder.add(version) == index.current(key))
            index.record(version)
        }
        let gathered = builder.finish()
        #expect(gathered.types == index.types)
        for type in index.types {
            #expect(gathered.count(of: type) == index.count(of: type))
            let page = index.page(of: type, after: nil, limit: 100)
            #expect(gathered.page(of: type, after: nil, limit: 100) == page)
            #expect(page.allSatisfy { !$0.isDeleted && index.current($0.key) == $0 })
        }
    }
}
