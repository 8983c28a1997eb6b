import FHIR
import JSON
import Testing

private let reference = #"{"extension":[\#(masked),\#(named)]}"#

struct SecretFieldTests {
    /// A field that can hold a secret, and a way to spell it.
    struct Field: Sendable, CustomTestStringConvertible {
        enum Shape: Sendable, CaseIterable {
            case objects, arrays, entry, loneEntry, part
        }

        let type: String
        let path: String
        var shape = Shape.objects

        var testDescription: String { "\(type).\(path) as \(shape)" }

        /// The resource in which it has these contents.
        func resource(value: String? = nil, companion: String? = nil) throws -> Resource {
            var steps = path.split(separator: ".").map(String.init)
            let name = shape == .objects || shape == .arrays ? steps.removeLast() : "valueString"
            let value = value.map { #""\#(name)":\#($0)"# }
            let companion = companion.map { #""_\#(name)":\#($0)"# }
            let members = [value, companion].compactMap(\.self)
            let text: String
            switch shape {
            case .objects:
                text = steps.reversed().reduce(members.joined(separator: ",")) { #""\#($1)":{\#($0)}"# }
            case .arrays:
                text = steps.reversed().reduce(members.joined(separator: ",")) { #""\#($1)":[7,[{}],[{\#($0)}]]"# }
            case .entry, .loneEntry, .part:
                // The name comes last.
                let entry = (members + [#""name":"\#(steps[1])""#]).joined(separator: ",")
                text =
                    switch shape {
                    case .entry: #""parameter":[{"name":"endpoint","valueUrl":"u"},{\#(entry)}]"#
                    case .loneEntry: #""parameter":{\#(entry)}"#
                    default: #""parameter":[{"name":"more","part":[{\#(entry)}]}]"#
                    }
            }
            return try SecretFieldTests.resource(type, text)
        }

        /// The path that its references have.
        var found: String { shape == .part ? path.replacing("parameter.", with: "parameter.part.") : path }
    }

    /// As Aidbox's documentation of External Secrets lists them.
    static let listed = [
        ("Client", "secret"), ("IdentityProvider", "client.secret"), ("IdentityProvider", "client.private-key"),
        ("IdentityProvider", "client.certificate"), ("TokenIntrospector", "jwt.secret"),
        ("TokenIntrospector", "jwt.keys.k"), ("TokenIntrospector", "introspection_endpoint.authorization"),
        ("AidboxTopicDestination", "parameter.saslJaasConfig"),
        ("AidboxTopicDestination", "parameter.sslKeystoreKey"), ("AidboxTopicDestination", "parameter.header"),
    ].map { Field(type: $0.0, path: $0.1) }

    /// Each in every shape that it can have.
    static let spelt = listed.flatMap { field in
        Field.Shape.allCases.filter { field.path.hasPrefix("parameter.") || $0 == .objects || $0 == .arrays }.map {
            Field(type: field.type, path: field.path, shape: $0)
        }
    }

    static func resource(_ type: String, _ members: String) throws -> Resource {
        try Resource(object(#"{"resourceType":"\#(type)","id":"a",\#(members)}"#))
    }

    private func destination(_ members: String) throws -> Resource {
        try Self.resource("AidboxTopicDestination", members)
    }

    /// That the resource is refused at this place, and that nothing of its literal is quoted.
    private func refuses(
        _ resource: Resource, at place: String, _ why: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let error = try #require(throws: FHIRError.self, sourceLocation: sourceLocation) {
            try SecretReference.all(in: resource)
        }
        #expect(error.kind == .unprocessable, sourceLocation: sourceLocation)
        #expect(error.issue.expression == [place], sourceLocation: sourceLocation)
        #expect(error.description.contains(why), "\(error)", sourceLocation: sourceLocation)
        #expect(!"\(error)".contains("hunter2"), sourceLocation: sourceLocation)
        #expect(throws: error, sourceLocation: sourceLocation) { try resource.checkContent() }
    }

    @Test func theTableListsThemAll() {
        #expect(SecretField.all.map { "\($0.type).\($0.path)" } == Self.listed.map { "\($0.type).\($0.path)" })
    }

    @Test(arguments: spelt) func aReferenceIsFoundUnderThePathOfItsField(field: Field) throws {
        let resource = try field.resource(companion: reference)
        let references = try SecretReference.all(in: resource)
        #expect(references.map(\.field) == [field.found])
        #expect(references.map(\.name) == ["client-secret"])
        #expect(try resource.checkContent() == references)
    }

    @Test(arguments: spelt) func aLiteralIsRefusedAndNeverQuoted(field: Field) throws {
        for literal in [
            #""hunter2""#, #""""#, "null", "7", "true", "[]", #"["hunter2"]"#, "{}", #"{"value":"hunter2"}"#,
        ] {
            for companion in [nil, reference] {
                let resource = try field.resource(value: literal, companion: companion)
                try refuses(resource, at: "\(field.type).\(field.found)", "holds a literal value")
            }
        }
    }

    @Test(arguments: spelt) func aMalformedReferenceIsRefused(field: Field) throws {
        for companion in [
            "null", "7", "{}", "[\(reference)]", #"{"extension":[]}"#, #"{"extension":[\#(masked)]}"#,
            #"{"extension":[\#(named),\#(named)]}"#, #"{"extension":[\#(unmasked),\#(named)]}"#, #""hunter2""#,
        ] {
            try refuses(field.resource(companion: companion), at: "\(field.type).\(field.found)", "send exactly one")
        }
    }

    @Test(arguments: [
        "valueString", "valueUrl", "valueBoolean", "value", "valueAnything", "v\\u0061lueString", "part", "resource",
    ])
    func whateverANamedEntryHoldsIsALiteral(member: String) throws {
        for name in ["saslJaasConfig", "sslKeystoreKey", "header", "h\\u0065ader", "secret"] {
            let field = name.replacing("\\u0065", with: "e")
            for literal in [#""hunter2""#, #"[{"name":"x","valueString":"hunter2"}]"#, "null"] {
                let entry = #"{"name":"\#(name)","\#(member)":\#(literal),"_valueString":\#(reference)}"#
                try refuses(
                    destination(#""parameter":[\#(entry)]"#), at: "AidboxTopicDestination.parameter.\(field)",
                    #"remove "value[x]" and send "_valueString""#)
            }
        }
    }

    @Test(arguments: ["valueString", "_valueString", "value", "part", "resource"])
    func anEntryThatHoldsSomethingMustSayItsName(member: String) throws {
        for name in ["", #""name":null,"#, #""name":7,"#, #""name":["header"],"#, #""_name":"header","#] {
            let entry = #"{\#(name)"\#(member)":"hunter2"}"#
            let place = "AidboxTopicDestination.parameter"
            try refuses(destination(#""parameter":[\#(entry)]"#), at: place, "name it")
            try refuses(
                destination(#""parameter":[{"name":"x","part":[\#(entry)]}]"#), at: "\(place).part", "name it")
        }
    }

    @Test func referencesOfManyEntriesAreAllFound() throws {
        let header = #"{"name":"header","_valueString":\#(reference)}"#
        let resource = try destination(
            #""parameter":[\#(header),{"name":"sslKeystoreKey","_valueUrl":\#(reference)},\#(header)]"#)
        #expect(
            try SecretReference.all(in: resource).map(\.field) == [
                "parameter.header", "parameter.sslKeystoreKey", "parameter.header",
            ])
    }

    @Test(arguments: [
        (
            "AidboxTopicDestination",
            #""parameter":[{"name":"endpoint","valueUrl":"u"},{"name":"Header","valueString":"x"}]"#
        ),
        ("AidboxTopicDestination", #""parameter":[{"name":"header"},{"x":1},7,"header"]"#),
        ("AidboxTopicDestination", #""header":"x","other":[{"name":"header","valueString":"x"}]"#),
        ("AidboxTopicDestination", #""parameter":[{"name":"x","resource":{"name":"header","valueString":"x"}}]"#),
        ("IdentityProvider", #""private-key":"x","clients":{"private-key":"x"},"certificate":"x""#),
        (
            "TokenIntrospector",
            #""k":"x","keys":{"k":"x"},"jwt":{"k":"x","keys":{"K":"x","kty":"k"}},"authorization":"x""#
        ),
        ("Client", #""client":{"private-key":"x","certificate":"x"},"jwt":{"keys":[{"k":"x"}]}"#),
    ])
    func whatIsElsewhereOrOfAnotherTypeOrOnlySimilarIsNoSuchField(type: String, members: String) throws {
        #expect(try SecretReference.all(in: Self.resource(type, members)) == [])
    }

    @Test(arguments: ["IdentityProvider", "TokenIntrospector", "AidboxTopicDestination"])
    func inEverySystemTypeASecretIsOneAtAnyDepth(type: String) throws {
        let deep = #""a":[{"b":{"_secret":\#(reference)}}]"#
        #expect(try SecretReference.all(in: Self.resource(type, deep)).map(\.field) == ["a.b.secret"])
        try refuses(Self.resource(type, #""a":[{"b":{"s\u0065cret":"hunter2"}}]"#), at: "\(type).a.b.secret")
    }
}
