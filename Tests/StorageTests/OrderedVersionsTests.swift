import FHIR
import Testing

@testable import Storage

@Suite struct OrderedVersionsTests {
    private func version(_ id: String, _ number: Int = 1) throws -> StoredVersion {
        let key = ResourceKey(type: .client, id: try #require(LogicalID(id)))
        return StoredVersion(key: key, version: number, lastUpdated: Instant(milliseconds: 0), body: [])
    }

    private func sorted(_ model: [LogicalID: StoredVersion]) -> [StoredVersion] {
        model.values.sorted { $0.key.id < $1.key.id }
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func itIsAlwaysWhatASortedDictionaryWouldBe(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var model: [LogicalID: StoredVersion] = [:]
        for number in 0..<1_000 {
            let version = try version("i\(number * 7)")
            model[version.key.id] = version
        }
        var ordered = OrderedVersions(Array(model.values))
        // Grows, then shrinks to nothing.
        for step in 0..<9_000 {
            let number = UInt64.random(in: 0..<4_000, using: &random)
            let version = try version("i\(number)", step)
            let id = version.key.id
            if model[id] == nil {
                if step <= 4_000 {
                    model[id] = version
                    ordered.insert(version)
                } else {
                    ordered.remove(id)
                    ordered.replace(with: version)
                }
            } else if step <= 4_000 || step.isMultiple(of: 3) {
                model[id] = version
                ordered.replace(with: version)
            } else {
                model[id] = nil
                ordered.remove(id)
            }
            guard step % 500 == 0 else { continue }
            let sorted = sorted(model)
            #expect(ordered.count == sorted.count)
            #expect(ordered.page(after: nil, limit: Int.max) == sorted)
            // Behind an id, be it there or not, and across the runs.
            let behind = sorted.filter { $0.key.id > id }
            #expect(ordered.page(after: id, limit: 700) == Array(behind.prefix(700)))
        }
        for id in model.keys { ordered.remove(id) }
        #expect(ordered.count == 0)
        #expect(ordered.page(after: nil, limit: 9) == [])
        #expect(ordered.page(after: try version("x").key.id, limit: 9) == [])
    }

    /// Ids whose first difference is in each of the words that a sort looks at, and those that end where others go on.
    @Test func idsOfAnyLengthAndWithAnyCommonBeginningAreSorted() throws {
        var random = SplitMix64(seed: 4)
        var ids: Set<String> = []
        for length in 1...64 {
            for last in "-.09AZaz" {
                ids.insert(String(repeating: "a", count: length - 1) + String(last))
                ids.insert(String((0..<length).map { _ in "-.09AZaz".randomElement(using: &random) ?? "a" }))
            }
        }
        let versions = try ids.shuffled(using: &random).map { try version($0) }
        let ordered = OrderedVersions(versions).page(after: nil, limit: Int.max).map(\.key.id.text)
        #expect(ordered == ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }
}
