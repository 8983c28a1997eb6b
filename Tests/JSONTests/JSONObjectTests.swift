import JSON
import Testing

struct JSONObjectTests {
    private func object(_ text: String) throws -> JSONObject { try #require(try parsed(text).object) }

    private func text(_ object: JSONObject) -> String { String(decoding: object.serialized, as: UTF8.self) }

    @Test func settingReplacesInPlaceAppendsOrRemoves() throws {
        var object = try object(#"{"z":1,"a":2,"m":3}"#)
        object["a"] = "two"
        object["new"] = 4
        object["z"] = nil
        object["absent"] = nil
        #expect(text(object) == #"{"a":"two","m":3,"new":4}"#)
        #expect(object["m"] == 3)
        #expect(object["z"] == nil)
    }

    @Test func insertingPutsANewMemberBehindItsPredecessor() throws {
        var object = try object(#"{"a":1,"c":3}"#)
        object.insert(2, for: "b", after: "a")
        object.insert(4, for: "d", after: "c")
        object.insert(0, for: "first", after: nil)
        object.insert(9, for: "front", after: "no such member")
        object.insert(5, for: "c", after: "first")
        #expect(text(object) == #"{"front":9,"first":0,"a":1,"b":2,"c":5,"d":4}"#)
    }

    @Test func namesAreComparedByteForByte() throws {
        let object = try object(#"{"e\u0301":1,"\u00e9":2}"#)
        #expect(object["\u{E9}"] == 2)
        #expect(object["e\u{301}"] == 1)
    }
}
