import FHIR
import Testing

struct SearchQueryTests {
    private func query(_ text: String) throws -> SearchQuery { try SearchQuery(searched(text)) }

    private func ids(_ text: String) throws -> [String]? { try query(text).ids?.map(\.text).sorted() }

    @Test func nothingAskedForIsAllOfTheFirstPage() throws {
        let query = try query("")
        #expect(query.ids == nil)
        #expect(query.count == SearchQuery.defaultCount)
        #expect(!query.isCountOnly)
        #expect(query.total == nil)
        #expect(query.cursor == nil)
        #expect(query.unknown == [])
    }

    @Test func commasAreAlternativesAndRepetitionMeansBoth() throws {
        #expect(try ids("_id=a") == ["a"])
        #expect(try ids("_id=b,a,b") == ["a", "b"])
        #expect(try ids("_id=a,b,c&_id=b,c,d&_id=c") == ["c"])
        #expect(try ids("_id=a&_id=b") == [])
    }

    @Test(arguments: [
        ("_count=1", 1, false), ("_count=1000", 1_000, false), ("_count=1001", 1_000, false),
        ("_count=99999999999999999999999", 1_000, false), ("_count=007", 7, false), ("_count=0", 50, true),
    ])
    func aCountIsAPageOfAtMostTheMaximum(_ text: String, _ count: Int, _ isCountOnly: Bool) throws {
        #expect(try query(text).count == count)
        #expect(try query(text).isCountOnly == isCountOnly)
    }

    @Test func summaryAndTotalAndCursorAreRead() throws {
        #expect(try query("_summary=count").isCountOnly)
        #expect(try !query("_summary=false").isCountOnly)
        #expect(try query("_summary=false").unknown == [])
        #expect(try query("_summary=text").unknown == ["_summary"])
        #expect(try query("_total=accurate").total == .accurate)
        #expect(try query("_total=none").total == SearchQuery.Total.none)
        #expect(try query("_total=estimate").total == .estimate)
        #expect(try query("_cursor=p-7").cursor?.text == "p-7")
    }

    @Test func whatIsNotKnownIsNamedOnceInOrder() throws {
        #expect(
            try query("name=x&name:exact=a&_format=json&_sort=b&name=y").unknown == ["name", "name:exact", "_sort"])
    }

    @Test(arguments: [
        ("_id=", "_id"), ("_id=a,,b", "_id"), ("_id=a%5C,b", "_id"), ("_id=Patient/a", "_id"), ("_id=%C3%A9", "_id"),
        ("_count=", "_count"), ("_count=-1", "_count"), ("_count=%2B1", "_count"), ("_count=1.0", "_count"),
        ("_count=ten", "_count"), ("_count=1&_count=2", "_count"), ("_summary=yes", "_summary"),
        ("_summary=", "_summary"),
        ("_summary=count&_summary=false", "_summary"), ("_total=all", "_total"), ("_total=none&_total=none", "_total"),
        ("_cursor=a/b", "_cursor"), ("_cursor=a&_cursor=b", "_cursor"), ("_id:not=a", "_id"), ("_id:=a", "_id"),
        ("_count:exact=1", "_count"),
    ])
    func aBadValueIsMalformedAndItsParameterNamed(_ text: String, _ name: String) throws {
        let error = try #require(throws: FHIRError.self) { try SearchQuery(searched(text)) }
        #expect(error.kind == .malformed)
        #expect(error.issue.expression == [name])
        #expect(error.description.hasPrefix(name))
    }

    @Test func aMessageQuotesLittleOfTheValue() throws {
        for name in ["_id", "_count", "_summary", "_total"] {
            let long = "\(name)=" + String(repeating: "~", count: 5_000)
            let error = try #require(throws: FHIRError.self) { try SearchQuery(searched(long)) }
            #expect(error.description.count < 200)
        }
    }
}
