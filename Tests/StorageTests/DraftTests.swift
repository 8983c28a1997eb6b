import FHIR
import Testing

@testable import Storage

@Suite struct DraftTests {
    @Test func aCommitThatFailsLeavesNothingToThoseBehindItInTheBatch() throws {
        var draft = Draft(over: VersionIndex(), behind: 0)
        let time = Instant(milliseconds: 1_700_000_000_000)
        _ = try draft.commit([.put("Patient/a")], at: time)
        let failing: [Change] = [
            try .put("Patient/a"), try .put("Patient/a"), try .put("Patient/b"), try .put("Patient/c", if: .version(1)),
        ]
        let result = Result { () throws(StorageError) in try draft.commit(failing, at: time) }
        #expect(throws: StorageError.preconditionFailed(current: nil, change: 3)) { try result.get() }
        #expect(draft.current(try key("Patient/a"))?.version == 1)
        #expect(draft.current(try key("Patient/b")) == nil)
        #expect(draft.commits.map(\.count) == [1])
        #expect(try draft.commit([.put("Patient/b"), .put("Patient/a")], at: time).map(\.version?.version) == [1, 2])
    }
}
