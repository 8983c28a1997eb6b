import FHIR
import JSON
import Testing

func object(_ text: String) throws -> JSONObject {
    try #require(try JSONValue.parse(Array(text.utf8).span, maximumDepth: 100).object)
}

struct ResourceTests {
    let patient: ResourceType
    let id: LogicalID
    let time = Instant(milliseconds: 0)

    init() throws {
        patient = try #require(ResourceType("Patient"))
        id = try #require(LogicalID("p1"))
    }

    private func update(_ text: String) throws(FHIRError) -> Resource {
        try Resource.decode(Array(text.utf8).span, as: patient, id: id, maximumDepth: 10)
    }

    private func create(_ text: String) throws(FHIRError) -> Resource {
        try Resource.decode(Array(text.utf8).span, as: patient, assigning: id, maximumDepth: 10)
    }

    private func stamped(_ resource: Resource, _ version: Int = 1) -> String {
        String(decoding: UnstampedResource(resource).stamped(version: version, lastUpdated: time), as: UTF8.self)
    }

    @Test func anUpdateIsReadAndStampedWithAllElseAsItCame() throws {
        let resource = try update(
            #"{"x":1.10,"id":"p1","meta":{"profile":["u"],"versionId":"99","tag":[]},"#
                + #""resourceType":"Patient","é":[null,{}]}"#
        )
        #expect(resource.key.text == "Patient/p1")
        #expect(
            stamped(resource, 7)
                == #"{"x":1.10,"id":"p1","meta":{"profile":["u"],"versionId":"7","#
                + #""lastUpdated":"1970-01-01T00:00:00.000Z","tag":[]},"resourceType":"Patient","é":[null,{}]}"#)
    }

    @Test func whatIsAbsentIsPutBehindItsNeighbour() throws {
        #expect(
            try stamped(create(#"{"resourceType":"Patient","active":true}"#))
                == #"{"resourceType":"Patient","id":"p1","meta":{"versionId":"1","#
                + #""lastUpdated":"1970-01-01T00:00:00.000Z"},"active":true}"#)
        #expect(
            try stamped(create(#"{"active":true,"resourceType":"Patient","meta":{"source":"s"}}"#))
                == #"{"active":true,"resourceType":"Patient","id":"p1","meta":{"versionId":"1","#
                + #""lastUpdated":"1970-01-01T00:00:00.000Z","source":"s"}}"#)
    }

    @Test func aStampKeepsTheOrderOfWhatWasSentAndANeighboursNameInside() throws {
        let resource = try create(
            #"{"meta":{"lastUpdated":"x","a":{"versionId":"mine"},"versionId":1},"resourceType":"Patient","#
                + #""contained":[{"meta":{"versionId":"2"}}]}"#)
        #expect(
            stamped(resource, 1_234_567_890)
                == #"{"meta":{"lastUpdated":"1970-01-01T00:00:00.000Z","a":{"versionId":"mine"},"#
                + #""versionId":"1234567890"},"resourceType":"Patient","id":"p1","#
                + #""contained":[{"meta":{"versionId":"2"}}]}"#)
    }

    @Test(arguments: [#""other""#, "7", "null", #""p1""#, #""not an id""#])
    func aCreateIgnoresTheBodysID(_ own: String) throws {
        let resource = try create(#"{"resourceType":"Patient","id":\#(own),"z":0}"#)
        #expect(resource.id == id)
        #expect(stamped(resource).hasPrefix(#"{"resourceType":"Patient","id":"p1","meta":"#))
    }

    @Test(arguments: [
        ("", "not JSON", []),
        (
            "{\"resourceType\":\"Patient\",\n\"id\":\"p1\",\"id\":\"p1\"}",
            "line 2, column 11: duplicate member \"id\"", []
        ),
        (#"[[[[[[[[[[[]]]]]]]]]]]"#, "deeper than 10", []),
        (#"[{"resourceType":"Patient","id":"p1"}]"#, "not a JSON object", []),
        ("null", "not a JSON object", []),
        (#"{"id":"p1"}"#, "resourceType is missing", []),
        (#"{"resourceType":7,"id":"p1"}"#, "resourceType is not a string", []),
        (#"{"resourceType":"Nope","id":"p1"}"#, "\"Nope\" is not known", []),
        (
            #"{"resourceType":"Person","id":"p1"}"#, "resourceType is \"Person\" but the URL's is \"Patient\"",
            ["Patient"]
        ),
        (#"{"resourceType":"Patient"}"#, "id is missing", ["Patient.id"]),
        (#"{"resourceType":"Patient","id":1}"#, "id is not", ["Patient.id"]),
        (#"{"resourceType":"Patient","id":"a b"}"#, "id is not", ["Patient.id"]),
        (#"{"resourceType":"Patient","id":"p2"}"#, "id is \"p2\" but the URL's is \"p1\"", ["Patient.id"]),
    ])
    func aBodyThatIsNoneOrDisagreesWithTheURLIsMalformed(_ body: String, _ part: String, _ expression: [String]) throws
    {
        let error = try #require(throws: FHIRError.self) { try update(body) }
        #expect(error.kind == .malformed)
        #expect(error.description.contains(part), "\(error)")
        #expect(error.issue.expression == expression)
    }

    @Test(arguments: ["null", "[]", "\"m\"", "1"]) func aMetaThatIsNoObjectIsAFaultOfContent(_ meta: String) throws {
        for decode in [update, create] {
            let error = try #require(throws: FHIRError.self) {
                _ = try decode(#"{"resourceType":"Patient","id":"p1","meta":\#(meta)}"#)
            }
            #expect(error.kind == .unprocessable)
            #expect(error.issue.expression == ["Patient.meta"])
        }
    }

    @Test func aStoredObjectSaysItselfWhatItIs() throws {
        let stored = try object(#"{"resourceType":"Client","id":"basic","meta":{"versionId":"3"}}"#)
        #expect(try Resource(stored).key.text == "Client/basic")
        #expect(throws: FHIRError.self) { try Resource(object(#"{"resourceType":"Client"}"#)) }
        #expect(throws: FHIRError.self) { try Resource(object(#"{"id":"basic"}"#)) }
    }

    @Test func aMessageQuotesLittleOfTheBody() throws {
        let long = String(repeating: "y", count: 5_000)
        let error = try #require(throws: FHIRError.self) { try update(#"{"resourceType":"\#(long)","id":"p1"}"#) }
        #expect(error.description.count < 200)
    }
}
