import Testing

/// Who may use a secret, as contract §4 writes it.
@Suite struct ScopeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let scope: String
        let isAdmitted: Bool
        var testDescription: String { "\(scope) \(isAdmitted ? "admits" : "does not admit") Client/basic" }
    }

    static let cases = [
        (#"{"resource_type": "Client", "id": "basic"}"#, true),
        (#"{"resource_type": "Client"}"#, true),
        (#"[{"resource_type": "Client", "id": "other"}, {"resource_type": "Client", "id": "basic"}]"#, true),
        (#""Client/basic""#, true),
        (#""Client""#, true),
        (#"["Client/other", "Client/basic"]"#, true),
        (#"["Patient", {"resource_type": "Client", "id": "basic"}]"#, true),
        (#"{"resource_type": "Client", "id": "basic", "field": "secret"}"#, true),
        (#"{"resource_type": "Client", "field": "secret"}"#, true),
        (#"{"resource_type": "Client", "id": "other"}"#, false),
        (#"{"resource_type": "Client", "id": "Basic"}"#, false),
        (#"{"resource_type": "client", "id": "basic"}"#, false),
        (#"{"resource_type": "Patient"}"#, false),
        (#""Client/bas""#, false),
        (#""Client/basic2""#, false),
        (#""Patient/basic""#, false),
        (#"["Client/other", "Patient"]"#, false),
        (#"{"resource_type": "Client", "id": "basic", "field": "jwt.secret"}"#, false),
        (#"[{"resource_type": "Client", "id": "basic", "field": "jwt.secret"}, "Client/other"]"#, false),
    ].map { Case(scope: $0.0, isAdmitted: $0.1) }

    @Test(arguments: cases)
    func aScopeDecides(scope: Case) throws {
        let site = try Site(
            config: #""client-secret": {"path": "VOLUME/client-secret", "scope": \#(scope.scope)}"#,
            arguments: ["--store", "memory:"])
        try site.put(ClientBody.text())
        #expect(try site.status() == (scope.isAdmitted ? 200 : 401))
        #expect(try site.status("basic", "wrong-password") == 401)
    }

    @Test func aWriteOutOfScopeIsTakenUnlessTheClientWantsStrictness() throws {
        let site = try Site(
            config: #""client-secret": {"path": "VOLUME/client-secret", "scope": "Client/other"}"#,
            arguments: ["--store", "memory:"])
        for (id, name) in [("basic", "client-secret"), ("lost", "unknown")] {
            let body = ClientBody.text(id, secret: name)
            let strict = try site.http.put("/fhir/Client/\(id)", body, [("Prefer", "handling=strict")])
            #expect(strict.status == 422 && strict.isOutcome, "\(name): \(strict.text)")
            #expect(try site.http.get("/fhir/Client/\(id)").status == 404)
            #expect(try site.http.put("/fhir/Client/\(id)", body).status == 201)
            _ = try site.server.logLines { !$0.fields(holding: name).isEmpty }
            #expect(try site.status(id) == 401)
        }
        // A strict write of one that is in scope is taken.
        let other = try site.http.put(
            "/fhir/Client/other", ClientBody.text("other"), [("Prefer", "handling=strict")])
        #expect(other.status == 201, "\(other.text)")
    }

    @Test func aRelativePathStartsAtTheConfigsFolder() throws {
        let site = try Site(
            config: #""client-secret": {"path": "azure-secrets/client-secret", "scope": "Client/basic"}"#)
        try site.put(ClientBody.text())
        #expect(try site.status() == 200)
    }

    /// A name is a key and never part of a path.
    @Test(arguments: [
        "../client-secret", "azure-secrets/client-secret", "client-secret/", "client-secret\\u0000", "CLIENT-SECRET",
    ])
    func aReferenceIsNoPath(name: String) throws {
        let site = try Site(arguments: ["--store", "memory:"])
        try site.put(ClientBody.text(secret: name))
        #expect(try site.status() == 401)
    }

    @Test func aFileOutsideOfTheRootsIsNoSecret() throws {
        let outside = try TemporaryFolder()
        let path = try outside.write(Site.secret, to: "elsewhere")
        let site = try Site(
            config: #""client-secret": {"path": "\#(path)", "scope": "Client/basic"}"#,
            arguments: ["--store", "memory:"])
        try site.put(ClientBody.text())
        #expect(try site.status() == 401)
    }
}
