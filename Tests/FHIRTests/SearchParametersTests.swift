import FHIR
import Testing

func searched(_ text: String) throws(FHIRError) -> SearchParameters {
    try SearchParameters(parsing: Array(text.utf8).span)
}

struct SearchParametersTests {
    private func pairs(_ text: String) throws -> [String] {
        try searched(text).parameters.map { "\($0.name)→\($0.value)" }
    }

    @Test(arguments: [
        ("", []), ("a=1", ["a→1"]), ("b=2&a=1&b=3", ["b→2", "a→1", "b→3"]), ("&&a=1&", ["a→1"]), ("a", ["a→"]),
        ("a=", ["a→"]), ("=v", ["→v"]), ("a=b=c", ["a→b=c"]), ("a+b=c+d%2Be", ["a b→c d+e"]),
        ("%5Fid=%E2%82%AC%26%3d", ["_id→€&="]), ("a=é", ["a→é"]), ("a=%00", ["a→\0"]),
    ])
    func aQueryIsReadInOrder(_ text: String, _ expected: [String]) throws {
        #expect(try pairs(text) == expected)
    }

    @Test(arguments: [
        ("x=1&name=%", "name"), ("name=%4", "name"), ("name=%4&b=41", "name"), ("name=%G1", "name"),
        ("name=%FF", "name"),
        ("name=%C0%AF", "name"), ("name=%ED%A0%80", "name"), ("na%me=1", "na%me"), ("%ff=1", "%ff"),
    ])
    func whatIsNotPercentEncodedUTF8IsMalformedAndNamed(_ text: String, _ name: String) throws {
        let error = try #require(throws: FHIRError.self) { try searched(text) }
        #expect(error.kind == .malformed)
        #expect(error.issue.expression == [name])
        #expect(error.description.contains("parameter \"\(name)\""))
    }

    @Test func rawInvalidUTF8IsMalformedToo() {
        let bytes: [UInt8] = [0x61, 0x3D, 0xFF]
        #expect(throws: FHIRError.self) { try SearchParameters(parsing: bytes.span) }
    }

    @Test func aParameterIsSetForALinkAndEncoded() throws {
        let search = try searched("_id=a,b&_cursor=x&name=%25 &%26&_cursor=y")
        #expect(search.setting("_cursor", to: "z z").query == "_id=a,b&name=%25%20&%26=&_cursor=z%20z")
        #expect(search.setting("_cursor", to: nil).query == "_id=a,b&name=%25%20&%26=")
        let wild = SearchParameters(.init("é", "\n\0+#&=\"<~"))
        #expect(try searched(wild.query) == wild)
    }
}
