import FHIR
import Testing

@testable import Storage

@Suite struct OrderedIDsTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func itIsAlwaysWhatASortedSetWouldBe(_ seed: UInt64) throws {
        var random = Dice(state: seed)
        var model = Set<LogicalID>()
        for number in 0..<1_000 { model.insert(try #require(LogicalID("i\(number * 7)"))) }
        var ids = OrderedIDs(Array(model))
        // Grows, then shrinks to nothing.
        for step in 0..<9_000 {
            let id = try #require(LogicalID("i\(UInt64.random(in: 0..<4_000, using: &random))"))
            if model.contains(id) {
                guard step > 4_000 else { continue }
                model.remove(id)
                ids.remove(id)
            } else if step <= 4_000 {
                model.insert(id)
                ids.insert(id)
            }
            guard step % 500 == 0 else { continue }
            let sorted = model.sorted()
            #expect(ids.count == sorted.count)
            #expect(ids.page(after: nil, limit: Int.max) == sorted)
            // Behind an id, be it there or not, and across the runs.
            #expect(ids.page(after: id, limit: 700) == Array(sorted.filter { $0 > id }.prefix(700)))
        }
        for id in model { ids.remove(id) }
        #expect(ids.count == 0)
        #expect(ids.page(after: nil, limit: 9) == [])
    }
}
