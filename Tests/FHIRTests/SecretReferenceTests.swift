import FHIR
import JSON
import Testing

let masked = #"{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}"#
let unmasked = #"{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason"}"#
let named = #"{"url":"http://health-samurai.io/fhir/secret-reference","valueString":"client-secret"}"#

func client(_ members: String) throws -> Resource {
    try Resource(object(#"{"resourceType":"Client","id":"basic"\#(members)}"#))
}

struct SecretReferenceTests {
    private func reference(_ extensions: String...) throws -> SecretReference? {
        let list = extensions.joined(separator: ",")
        return try SecretReference.all(in: client(#","_secret":{"extension":[\#(list)]}"#)).first
    }

    @Test func theReferenceOfTheTutorialIsRead() throws {
        let reference = try #require(try reference(masked, named))
        #expect(reference.name == "client-secret")
        #expect(reference.field == "secret")
    }

    @Test func theReasonMayBeAbsentRepeatedOrElsewhereAndOthersStand() throws {
        for extensions in [
            [named], [named, masked], [masked, named, masked], [#"{"url":"urn:x","valueInteger":1}"#, named],
        ] {
            let list = extensions.joined(separator: ",")
            let resource = try client(#","_secret":{"id":"i","extension":[\#(list)]}"#)
            #expect(try SecretReference.all(in: resource).map(\.name) == ["client-secret"])
        }
    }

    @Test func aFieldThatHoldsNothingHasNoReference() throws {
        #expect(try SecretReference.all(in: client("")) == [])
    }

    @Test func onlyFieldsThatCanHoldASecretAreLookedAt() throws {
        let patient = try Resource(object(#"{"resourceType":"Patient","id":"p","secret":"s","_secret":[]}"#))
        #expect(try SecretReference.all(in: patient) == [])
    }

    @Test(arguments: [
        #""hunter2""#, #""""#, "null", "7", "true", "[]", #"["hunter2"]"#, "{}", #"{"value":"hunter2"}"#,
    ])
    func anyLiteralIsRefusedAndNeverQuoted(_ literal: String) throws {
        for more in ["", #","_secret":{"extension":[\#(masked),\#(named)]}"#] {
            let resource = try client(#","secret":\#(literal)\#(more)"#)
            let error = try #require(throws: FHIRError.self) { try SecretReference.all(in: resource) }
            #expect(error.kind == .unprocessable)
            #expect(error.issue.expression == ["Client.secret"])
            #expect(error.description.contains("remove \"secret\" and send \"_secret\""))
            #expect(!"\(error)".contains("hunter2"))
        }
    }

    @Test func anEscapedNameIsNoWayAround() throws {
        #expect(throws: FHIRError.self) { try SecretReference.all(in: client(#","s\u0065cret":"hunter2""#)) }
    }

    @Test(arguments: [
        ("null", "is not an object"), ("[]", "is not an object"), ("\"x\"", "is not an object"),
        ("{}", "is not an object"),
        (#"{"extension":{}}"#, "is not an object"), (#"{"extension":[]}"#, "no reference"),
        (#"{"extension":[\#(masked)]}"#, "no reference"), (#"{"extension":[\#(named),\#(named)]}"#, "more than one"),
        (#"{"extension":[\#(named),7]}"#, "an extension that is not"),
        (#"{"extension":[\#(named),{}]}"#, "an extension that is"),
        (#"{"extension":[\#(named),{"url":1}]}"#, "an extension that is not"),
        (#"{"extension":[{"url":"http://health-samurai.io/fhir/secret-reference"}]}"#, "valueString"),
        (#"{"extension":[{"url":"http://health-samurai.io/fhir/secret-reference","valueString":""}]}"#, "valueString"),
        (#"{"extension":[{"url":"http://health-samurai.io/fhir/secret-reference","valueString":7}]}"#, "valueString"),
        (#"{"extension":[{"url":"http://health-samurai.io/fhir/secret-reference","valueCode":"x"}]}"#, "valueString"),
        (
            #"{"extension":[\#(named),\#(unmasked)]}"#,
            "valueCode"
        ),
        (#"{"extension":[\#(named),\#(masked.replacing("masked", with: "unknown"))]}"#, "valueCode"),
        (#"{"extension":[\#(masked),\#(named),\#(unmasked)]}"#, "valueCode"),
    ])
    func aMalformedReferenceIsRefused(_ companion: String, _ part: String) throws {
        let resource = try client(#","_secret":\#(companion)"#)
        let error = try #require(throws: FHIRError.self) { try SecretReference.all(in: resource) }
        #expect(error.kind == .unprocessable)
        #expect(error.issue.expression == ["Client.secret"])
        #expect(error.description.contains(part), "\(error)")
    }

    @Test func aReferenceAnywhereIsFoundUnderThePathOfItsField() throws {
        let second = named.replacing("client-secret", with: "second")
        let resource = try client(
            #","jwt":{"_secret":{"extension":[\#(named)]}},"keys":[{"x":[{"_secret":{"extension":[\#(second)]}}]}]"#
                + #","_secret":{"extension":[\#(named)]}"#)
        let references = try SecretReference.all(in: resource)
        #expect(references.map(\.field) == ["jwt.secret", "keys.x.secret", "secret"])
        #expect(references.map(\.name) == ["client-secret", "second", "client-secret"])
    }

    @Test(arguments: [
        (#""jwt":{"secret":"hunter2"}"#, "Client.jwt.secret"), (#""jwt":{"secret":null}"#, "Client.jwt.secret"),
        (#""a":{"b":{"c":{"secret":{"x":"hunter2"}}}}"#, "Client.a.b.c.secret"),
        (#""a":[1,[{"b":0},{"secret":"hunter2"}]]"#, "Client.a.secret"),
        (#""extension":[{"url":"u","secret":"hunter2"}]"#, "Client.extension.secret"),
        (#""jwt":{"s\u0065cret":"hunter2","_secret":{"extension":[\#(named)]}}"#, "Client.jwt.secret"),
    ])
    func aLiteralAtAnyDepthIsRefusedAndNeverQuoted(_ members: String, _ place: String) throws {
        let error = try #require(throws: FHIRError.self) { try SecretReference.all(in: client(",\(members)")) }
        #expect(error.kind == .unprocessable)
        #expect(error.issue.expression == [place])
        #expect(!"\(error)".contains("hunter2"))
        #expect(throws: error) { try client(",\(members)").checkContent() }
    }

    @Test(arguments: [
        (#""secret":"hunter2","_secret":{"extension":[\#(masked),\#(named)]}"#, "Client.secret"),
        (#""_secret":{"secret":"hunter2","extension":[\#(masked),\#(named)]}"#, "Client._secret.secret"),
        (#""_secret":{"extension":[{"url":"u","secret":"hunter2"},\#(named)]}"#, "Client._secret.extension.secret"),
        (
            #""_secret":{"extension":[\#(named),{"url":"u","extension":[{"url":"v","secret":"hunter2"}]}]}"#,
            "Client._secret.extension.extension.secret"
        ),
    ])
    func aLiteralBesideOrInsideASoundReferenceIsRefused(_ members: String, _ place: String) throws {
        let error = try #require(throws: FHIRError.self) { try SecretReference.all(in: client(",\(members)")) }
        #expect(error.kind == .unprocessable)
        #expect(error.issue.expression == [place])
        #expect(!"\(error)".contains("hunter2"))
    }

    @Test(arguments: ["null", "{}", #"{"extension":[]}"#, #"{"extension":[\#(named),\#(named)]}"#])
    func aMalformedReferenceAtAnyDepthIsRefused(_ companion: String) throws {
        let resource = try client(#","keys":[{"jwt":{"_secret":\#(companion)}}]"#)
        let error = try #require(throws: FHIRError.self) { try SecretReference.all(in: resource) }
        #expect(error.kind == .unprocessable)
        #expect(error.issue.expression == ["Client.keys.jwt.secret"])
    }

    @Test func thePathOfAFieldHasALimit() throws {
        func below(_ name: String, _ member: String) throws -> [SecretReference] {
            try SecretReference.all(in: client(#","\#(name)":[{\#(member)}]"#))
        }
        let reference = #""_secret":{"extension":[\#(named)]}"#
        let longest = String(repeating: "é", count: (SecretReference.maximumPath - ".secret".utf8.count) / 2)
        #expect(try below(longest, reference).map(\.field) == ["\(longest).secret"])
        for member in [reference, #""secret":"hunter2""#] {
            let error = try #require(throws: FHIRError.self) { try below(longest + "ab", member) }
            #expect(error.issue.code == .tooLong)
            #expect(error.issue.expression == ["Client"])
        }
    }

    @Test func whatIsOnlyCalledSimilarlyIsNone() throws {
        let members = #","secrets":"x","Secret":"y","jwt":{"secret_":1,"__secret":2},"x":"secret","y":["_secret"]"#
        #expect(try SecretReference.all(in: client(members)) == [])
    }

    @Test func inAClinicalResourceASecretIsAWordLikeAnyOther() throws {
        let patient = try Resource(
            object(#"{"resourceType":"Patient","id":"p","a":{"secret":"s"},"b":[{"_secret":[]}]}"#))
        #expect(try SecretReference.all(in: patient) == [])
        #expect(throws: Never.self) { try patient.checkContent() }
    }
}
