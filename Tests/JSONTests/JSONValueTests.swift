import JSON
import Testing

func parsed(_ text: String, maximumDepth: Int = 100) throws(JSONError) -> JSONValue {
    try JSONValue.parse(Array(text.utf8).span, maximumDepth: maximumDepth)
}

func written(_ value: JSONValue) -> String { String(decoding: value.serialized, as: UTF8.self) }

struct JSONValueTests {
    @Test func literalsBuildEveryKind() {
        let value: JSONValue = ["text": "a", "count": 3, "yes": true, "list": ["x", 1, .null], "empty": [:]]
        #expect(written(value) == #"{"text":"a","count":3,"yes":true,"list":["x",1,null],"empty":{}}"#)
    }

    @Test func ofTwoLiteralMembersWithOneNameTheLaterCounts() {
        let value: JSONValue = ["a": 1, "b": 2, "a": 3]
        #expect(written(value) == #"{"a":3,"b":2}"#)
    }

    @Test func anAccessorGivesItsOwnKindOnly() {
        let all: [JSONValue] = [.null, true, 1, "s", ["e"], ["m": 1]]
        #expect(all.map { $0.bool != nil } == [false, true, false, false, false, false])
        #expect(all.map { $0.int != nil } == [false, false, true, false, false, false])
        #expect(all.map { $0.string != nil } == [false, false, false, true, false, false])
        #expect(all.map { $0.array != nil } == [false, false, false, false, true, false])
        #expect(all.map { $0.object != nil } == [false, false, false, false, false, true])
    }

    @Test func valuesAreEqualWhenTheirBytesWouldBe() throws {
        #expect(try parsed(#"{"a":[1,"é"]}"#) == parsed(" { \"a\" : [ 1 , \"\\u00e9\" ] } "))
        #expect(try parsed("1.0") != parsed("1.00"))
        #expect(try parsed(#"{"a":1,"b":2}"#) != parsed(#"{"b":2,"a":1}"#))
        // One character on the screen, two spellings in bytes.
        #expect(JSONValue.string("\u{E9}") != JSONValue.string("e\u{301}"))
    }
}
