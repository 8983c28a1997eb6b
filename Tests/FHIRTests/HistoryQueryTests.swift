import FHIR
import Testing

@Suite struct HistoryQueryTests {
    private func query(_ text: String) throws -> HistoryQuery {
        try HistoryQuery(SearchParameters(parsing: Array(text.utf8).span))
    }

    @Test func withoutParametersAPageOfAllIsWanted() throws {
        let query = try query("_format=json")
        #expect(query.count == 50 && !query.isCountOnly)
        #expect(query.since == nil && query.cursor == nil && query.unknown == [])
    }

    @Test func theParametersAreRead() throws {
        let query = try query("_count=7&_cursor=12&_since=2026-01-02T03:04:05Z&colour=red&colour=blue&_sort=x")
        #expect(query.count == 7 && query.cursor == 12)
        #expect(query.since == Instant("2026-01-02T03:04:05.000Z"))
        #expect(query.unknown == ["colour", "_sort"])
        #expect(try self.query("_count=0").isCountOnly)
        #expect(try self.query("_count=1001").count == 1_000)
        #expect(try self.query("_count=99999999999999999999").count == 1_000)
    }

    @Test(arguments: [
        "_count=", "_count=-1", "_count=x", "_count=1&_count=1", "_since=", "_since=2026", "_since=yesterday",
        "_since=2026-01-02T03:04:05", "_cursor=0", "_cursor=-1", "_cursor=01", "_cursor=x", "_cursor=",
        "_cursor=99999999999999999999", "_cursor=1&_cursor=2", "_at=2026", "_list=a",
        "_count=0&_since=2026-01-02T03:04:05Z",
    ])
    func whatCannotBeHonouredIsRefusedWithItsName(text: String) throws {
        let error = try #require(throws: FHIRError.self) { try query(text) }
        #expect(error.kind == .malformed)
        #expect(text.contains(error.issue.expression.first ?? "none"))
    }

    @Test(arguments: [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"), ("2026-01-02T03:04:05.6Z", "2026-01-02T03:04:05.600Z"),
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"),
        ("2026-01-02T03:04:05.678000Z", "2026-01-02T03:04:05.678Z"),
        ("2026-01-02T03:04:05.6780001Z", "2026-01-02T03:04:05.679Z"),
        ("2026-01-02T03:04:05+02:30", "2026-01-02T00:34:05.000Z"),
        ("2026-01-02T03:04:05 02:30", "2026-01-02T00:34:05.000Z"),
        ("2026-01-02T03:04:05.1-14:00", "2026-01-02T17:04:05.100Z"),
    ])
    func anInstantOfAnyFormIsRead(text: String, time: String) throws {
        #expect(Instant(parsing: text) == Instant(time))
        #expect(Instant(parsing: text) != nil)
    }

    @Test(arguments: [
        "", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04:05.Z", "2026-02-30T03:04:05Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:04:05+2:00", "2026-01-02T03:04:05+02:60", "2026-01-02T03:04:05+14:01", "2026-01-02T03:04:05ZZ",
        "2026-01-02T03:04:05+ü:00", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05+00:00Z", "2026-01-02T03:04:05z",
    ])
    func whatIsNoInstantIsNone(text: String) {
        #expect(Instant(parsing: text) == nil)
    }
}
