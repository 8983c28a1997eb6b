import Foundation
import Testing

/// Whatever a client sends gets an answer that says what is wrong, and nothing is stored.
@Suite(.serialized) final class BadBodyTests {
    let site: Site

    init() throws { site = try Site.withClient(arguments: ["--store", "memory:"]) }

    static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    static let malformed: [[UInt8]] =
        [
            "", " ", "nonsense", "{", #"{"resourceType": "Client", "id": "bad""#,
            #"{"resourceType": "Client", "id": "bad",}"#,
            #"{'resourceType': 'Client'}"#, #"{"resourceType": "Client", "id": "bad"} x"#,
            #"{"resourceType": "Client", "id": "bad"}{}"#, #"{"resourceType": "Client", "id": "bad", "id": "bad"}"#,
            #"{"resourceType": "Client", "id": "bad", "a": {"b": 1, "\u0062": 2}}"#,
            #"{"resourceType": "Client", "id": "bad", "a": "\ud800"}"#,
            #"{"resourceType": "Client", "id": "bad", "a": "\udc00\ud800"}"#,
            "{\"resourceType\": \"Client\", \"id\": \"bad\", \"a\": \"\n\"}",
            #"{"resourceType": "Client", "id": "bad", "a": 01}"#, #"{"resourceType": "Client", "id": "bad", "a": NaN}"#,
            #"{"resourceType": "Client", "id": "bad", "a": 1.}"#,
            #"{"resourceType": "Client", "id": "bad", "a": \#(nested(101))}"#,
            String(repeating: "[", count: 100_000), "[]", "null", "7", #""Client""#,
            #"{"resourceType": "Patient", "id": "bad"}"#, #"{"id": "bad"}"#, #"{"resourceType": 1, "id": "bad"}"#,
            #"{"resourceType": "Client", "id": "other"}"#, #"{"resourceType": "Client", "id": 1}"#,
            #"{"resourceType": "Client"}"#,
            "\u{feff}" + #"{"resourceType": "Client", "id": "bad"} ."#,
        ].map { Array($0.utf8) } + [
            Array(#"{"resourceType": "Client", "id": "bad", "a": ""#.utf8) + [0xff] + Array(#""}"#.utf8),
            Array(#"{"resourceType": "Client", "id": "bad", "a": ""#.utf8) + [0xc0, 0x80] + Array(#""}"#.utf8),
            Array(#"{"resourceType": "Client", "id": "bad", "a": ""#.utf8) + [0xed, 0xa0, 0x80] + Array(#""}"#.utf8),
        ]

    static let unprocessable = [
        #""secret": "literal""#, #""secret": """#, #""secret": {"a": 1}"#,
        #""secret": "literal", "_secret": {"extension": [MASKED, REFERENCE]}"#,
        #""_secret": {"extension": [MASKED]}"#, #""_secret": {"extension": []}"#,
        #""_secret": {"extension": [MASKED, REFERENCE, REFERENCE]}"#,
        #""_secret": {"extension": [MASKED, {"url": "SECRET", "valueString": ""}]}"#,
        #""_secret": {"extension": [MASKED, {"url": "SECRET", "valueString": 7}]}"#,
        #""_secret": {"extension": [MASKED, {"url": "SECRET", "valueString": null}]}"#,
        #""_secret": {"extension": [MASKED, {"url": "SECRET"}]}"#,
        #""_secret": {"extension": [MASKED, {"url": "SECRET", "valueCode": "client-secret"}]}"#,
        #""_secret": {"extension": [{"url": "ABSENT", "valueCode": "unknown"}, REFERENCE]}"#,
        #""_secret": "client-secret""#, #""_secret": {"extension": {}}"#, #""_secret": [REFERENCE]"#,
    ].map(spelt)

    /// The same rules for another field that can hold a reference.
    static let unprocessableElsewhere = [
        #""jwt": {"secret": "literal"}"#,
        #""jwt": {"_secret": {"extension": [MASKED, REFERENCE, REFERENCE]}}"#,
        #""jwt": {"_secret": {"extension": [MASKED, {"url": "SECRET", "valueString": ""}]}}"#,
    ].map(spelt)

    private static func spelt(_ members: String) -> String {
        members.replacingOccurrences(of: "MASKED", with: ClientBody.masked)
            .replacingOccurrences(of: "REFERENCE", with: ClientBody.reference("client-secret"))
            .replacingOccurrences(of: "SECRET", with: "http://health-samurai.io/fhir/secret-reference")
            .replacingOccurrences(of: "ABSENT", with: "http://hl7.org/fhir/StructureDefinition/data-absent-reason")
    }

    @Test(arguments: malformed.indices)
    func whatIsNoResourceForTheURLIs400(index: Int) throws {
        let body = Self.malformed[index]
        let shown = String(decoding: body.prefix(120), as: UTF8.self)
        try refuses(site.http.send("PUT", "/fhir/Client/bad", [], body), 400, shown)
        // A POST gives the id itself and ignores the body's (R4 §3.1.0.8).
        guard !shown.contains(#""id": "other""#), !shown.contains(#""id": 1"#), shown != #"{"resourceType": "Client"}"#
        else { return }
        try refuses(site.http.send("POST", "/fhir/Client", [], body), 400, shown)
    }

    @Test(arguments: unprocessable)
    func whatBreaksARuleOfContentIs422(members: String) throws {
        let body = #"{"resourceType": "Client", "id": "bad", "grant_types": ["basic"], \#(members)}"#
        try refuses(site.http.put("/fhir/Client/bad", body), 422, members)
        try refuses(site.http.post("/fhir/Client", body), 422, members)
    }

    @Test(arguments: unprocessableElsewhere)
    func anotherFieldThatCanHoldAReferenceHasTheSameRules(members: String) throws {
        let body = #"{"resourceType": "Client", "id": "bad", "grant_types": ["basic"], \#(members)}"#
        try refuses(site.http.put("/fhir/Client/bad", body), 422, members)
    }

    @Test func theMessageOfARefusedSecretDoesNotRepeatIt() throws {
        let answer = try site.http.put(
            "/fhir/Client/bad", #"{"resourceType": "Client", "id": "bad", "secret": "literal-value"}"#)
        #expect(answer.status == 422)
        #expect(!answer.text.contains("literal-value"))
        #expect(answer.text.contains("secret"))
    }

    @Test(arguments: [
        "text/plain", "application/xml", "application/fhir+xml", "application/x-www-form-urlencoded", "json", "",
    ])
    func anotherMediaTypeIs415(type: String) throws {
        try refuses(
            site.http.put("/fhir/Client/bad", ClientBody.text("bad"), [("Content-Type", type)]), 415, type)
    }

    @Test(arguments: ["gzip", "br", "deflate"])
    func aCodingThatIsNotWhatItSaysIsRefused(coding: String) throws {
        let answer = try site.http.put("/fhir/Client/bad", ClientBody.text("bad"), [("Content-Encoding", coding)])
        #expect([400, 415].contains(answer.status), "\(answer.status)")
        #expect(answer.isOutcome)
        try nothingIsStored()
    }

    @Test(arguments: [
        "application/fhir+json", "application/json", "application/fhir+json; charset=utf-8",
        "application/json;fhirVersion=4.0",
    ])
    func itsOwnMediaTypesAreTaken(type: String) throws {
        let answer = try site.http.put("/fhir/Client/basic", ClientBody.text(), [("Content-Type", type)])
        #expect(answer.status == 200, "\(answer.text)")
    }

    @Test(arguments: ["application/xml", "application/fhir+xml", "text/html"])
    func anAnswerInXMLIs406(type: String) throws {
        let read = try site.http.get("/fhir/Client/basic", [("Accept", type)])
        #expect(read.status == 406 && read.isOutcome, "\(read.text)")
        try refuses(site.http.put("/fhir/Client/bad", ClientBody.text("bad"), [("Accept", type)]), 406, type)
    }

    @Test(arguments: [
        "*/*", "application/*", "application/json", "application/fhir+json", "text/html, */*;q=0.1",
        "application/xml, application/json;q=0.5",
    ])
    func anAnswerInJSONIsGiven(type: String) throws {
        #expect(try site.http.get("/fhir/Client/basic", [("Accept", type)]).status == 200)
    }

    @Test func aBodyThatIsTooLargeIs413HoweverItComes() throws {
        let large = ClientBody.text("bad", more: #", "a": "\#(String(repeating: "x", count: 3 << 20))""#)
        try refuses(site.http.put("/fhir/Client/bad", large), 413, "Content-Length")
        // Nothing is announced; it is cut off once it is too much.
        var chunked: [UInt8] = []
        for _ in 0..<48 { chunked += Array("10000\r\n\(String(repeating: "x", count: 65_536))\r\n".utf8) }
        chunked += Array("0\r\n\r\n".utf8)
        try refuses(
            site.http.send("PUT", "/fhir/Client/bad", [("Transfer-Encoding", "chunked")], chunked), 413, "chunked")
        let announced = try Wire(port: site.server.port)
        try announced.send(
            "PUT /fhir/Client/bad HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 99999999999\r\n\r\n")
        #expect(try Answer(from: announced).status == 413, "before a byte of it is sent")
    }

    @Test func aBodyOfJustTheLimitIsTaken() throws {
        let site = try Site(arguments: ["--store", "memory:", "--max-body", "1000", "--max-nesting", "5"])
        let rest = 1_000 - ClientBody.text(more: #", "a": """#).utf8.count
        let exact = ClientBody.text(more: #", "a": "\#(String(repeating: "x", count: rest))""#)
        #expect(exact.utf8.count == 1_000)
        #expect(try site.http.put("/fhir/Client/basic", exact + " ").status == 413)
        #expect(try site.http.put("/fhir/Client/basic", exact).status == 201)
        // The resource itself is the first level.
        #expect(try site.http.put("/fhir/Client/basic", ClientBody.text(more: #", "a": [[[[]]]]"#)).status == 200)
        let deeper = try site.http.put("/fhir/Client/basic", ClientBody.text(more: #", "a": [[[[[]]]]]"#))
        #expect(deeper.status == 400 && deeper.isOutcome)
    }

    private func refuses(
        _ answer: Answer, _ status: Int, _ why: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(answer.status == status, "\(why): \(answer.text)", sourceLocation: sourceLocation)
        #expect(answer.isOutcome, "\(why): \(answer.text)", sourceLocation: sourceLocation)
        #expect(answer["Content-Type"]?.hasPrefix("application/fhir+json") == true, sourceLocation: sourceLocation)
        try nothingIsStored(sourceLocation: sourceLocation)
    }

    private func nothingIsStored(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try site.http.get("/fhir/Client/bad").status == 404, sourceLocation: sourceLocation)
        let count = try site.http.get("/fhir/Client?_summary=count").json["total"] as? Int
        #expect(count == 1, sourceLocation: sourceLocation)
    }
}
