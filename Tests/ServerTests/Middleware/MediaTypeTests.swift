import Testing

@testable import Server

@Suite struct MediaTypeTests {
    @Test(arguments: [
        ("application/fhir+json", "application/fhir+json", 1.0, true),
        (" Application/FHIR+JSON ", "application/fhir+json", 1.0, true),
        ("application/json; charset=UTF-8", "application/json", 1.0, true),
        ("application/json;charset=\"utf-8\"", "application/json", 1.0, true),
        ("application/json; charset=iso-8859-1", "application/json", 1.0, false),
        ("*/*;q=0.5", "*/*", 0.5, true),
        ("*/* ; Q = 0", "*/*", 0.0, true),
        ("*/*;q=much", "*/*", 0.0, true),
        ("application/fhir+json; fhirVersion=4.0; x; =; y=", "application/fhir+json", 1.0, true),
    ])
    func aTypeIsReadWithTheParametersThatMatter(text: String, name: String, quality: Double, isUTF8: Bool) throws {
        let type = try #require(MediaType(text))
        #expect(type.name == name)
        #expect(type.quality == quality)
        #expect(type.isUTF8 == isUTF8)
    }

    @Test(arguments: ["", ";", "json", "/", "application/", "a/b/c", ";charset=utf-8", "application/json, text/html"])
    func whatIsNoTypeAndSubtypeIsNone(text: String) {
        #expect(MediaType(text)?.name == nil)
    }
}
