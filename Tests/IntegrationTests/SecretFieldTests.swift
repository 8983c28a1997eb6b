import Foundation
import Testing

/// The ten fields that can hold a secret, on the real server: references taken, literals refused, scopes down to the
/// field.
@Suite struct SecretFieldTests {
    /// A field, and how its resource spells a reference or a literal in it.
    struct Field: Sendable, CustomTestStringConvertible {
        let type: String
        let path: String
        /// Members of the resource, where `VALUE` stands for what the field holds.
        let members: String

        var testDescription: String { "\(type).\(path)" }

        func body(_ id: String, secret: String) -> String {
            body(
                id, holding: #""_\#(member)": {"extension": [\#(ClientBody.masked), \#(ClientBody.reference(secret))]}"#
            )
        }

        func body(_ id: String, literal: String) -> String { body(id, holding: #""\#(member)": "\#(literal)""#) }

        private var member: String {
            members.contains("name") ? "valueString" : path.split(separator: ".").last.map(String.init) ?? ""
        }

        private func body(_ id: String, holding value: String) -> String {
            #"{"resourceType": "\#(type)", "id": "\#(id)", \#(members.replacingOccurrences(of: "VALUE", with: value))}"#
        }
    }

    static let fields = [
        ("Client", "secret", "VALUE"),
        ("IdentityProvider", "client.secret", #""client": {"id": "c", VALUE}"#),
        ("IdentityProvider", "client.private-key", #""client": {"id": "c", VALUE}"#),
        ("IdentityProvider", "client.certificate", #""client": {"id": "c", VALUE}"#),
        ("TokenIntrospector", "jwt.secret", #""type": "jwt", "jwt": {VALUE}"#),
        ("TokenIntrospector", "jwt.keys.k", #""type": "jwt", "jwt": {"keys": [{"kty": "OCT", VALUE}]}"#),
        ("TokenIntrospector", "introspection_endpoint.authorization", #""introspection_endpoint": {VALUE}"#),
        ("AidboxTopicDestination", "parameter.saslJaasConfig", #""parameter": [{"name": "saslJaasConfig", VALUE}]"#),
        ("AidboxTopicDestination", "parameter.sslKeystoreKey", #""parameter": [{"name": "sslKeystoreKey", VALUE}]"#),
        ("AidboxTopicDestination", "parameter.header", #""parameter": [{"name": "header", VALUE}]"#),
    ].map { Field(type: $0.0, path: $0.1, members: $0.2) }

    private static let strict = [("Prefer", "handling=strict")]

    private struct Findings: Decodable {
        struct Finding: Decodable {
            let code: String
            let `where`: String
        }
        let findings: [Finding]
    }

    /// One secret for each field, named as it is, and in scope of it alone.
    private static var scopedToTheField: String {
        fields.map {
            #""\#($0.type).\#($0.path)": {"path": "VOLUME/client-secret", "#
                + #""scope": {"resource_type": "\#($0.type)", "field": "\#($0.path)"}}"#
        }.joined(separator: ", ")
    }

    @Test func everyFieldTakesAReferenceAndNoLiteral() throws {
        let site = try Site()
        for (index, field) in Self.fields.enumerated() {
            let path = "/fhir/\(field.type)/f\(index)"
            let refused = try site.http.put(path, field.body("f\(index)", literal: "literal-\(index)-value"))
            #expect(refused.status == 422 && refused.isOutcome, "\(field): \(refused)")
            #expect(!refused.text.contains("literal-"), "\(refused.text)")
            #expect(refused.text.contains("\(field.type).\(field.path)"), "\(refused.text)")
            #expect(try site.http.get(path).status == 404)
            let body = field.body("f\(index)", secret: "client-secret")
            #expect(try site.http.put(path, body).status == 201, "\(field)")
            #expect(try site.http.put(path, field.body("f\(index)", literal: "literal-\(index)-value")).status == 422)
            var read = try site.http.get(path).json
            read["meta"] = nil
            let sent = try JSONSerialization.jsonObject(with: Data(body.utf8))
            #expect(read as NSDictionary == sent as? NSDictionary, "\(field)")
        }
        #expect(try site.server.terminate() == .exited(0))
        for file in try FileManager.default.subpathsOfDirectory(atPath: site.folder.at("data")) {
            let content = FileManager.default.contents(atPath: site.folder.at("data/\(file)")) ?? Data()
            #expect(content.range(of: Data("literal-".utf8)) == nil, "\(file)")
        }
        #expect(!site.server.log.contains("literal-"))
    }

    @Test(arguments: ["IdentityProvider", "TokenIntrospector", "AidboxTopicDestination"])
    func theTypeIsServedAsAnyOther(type: String) throws {
        let site = try Site(arguments: ["--store", "memory:"])
        let field = try #require(Self.fields.first { $0.type == type })
        #expect(try site.http.put("/fhir/\(type)/a", field.body("a", secret: "client-secret")).status == 201)
        #expect(try site.http.put("/fhir/\(type)/a", field.body("a", secret: "client-secret")).version == 2)
        let created = try site.http.post("/fhir/\(type)", field.body("b", secret: "client-secret"))
        #expect(created.status == 201 && created["Location"]?.contains("/fhir/\(type)/") == true)
        let found = try site.http.get("/fhir/\(type)?_id=a").matches
        #expect(found.compactMap { $0["id"] as? String } == ["a"])
        #expect(try site.http.get("/fhir/\(type)?_summary=count").json["total"] as? Int == 2)
        #expect(try site.http.delete("/fhir/\(type)/a").status == 204)
        #expect([404, 410].contains(try site.http.get("/fhir/\(type)/a").status))
    }

    @Test func aScopeAdmitsItsFieldAndNoOtherOfTheSameResource() throws {
        let site = try Site(config: Self.scopedToTheField)
        for field in Self.fields {
            for owner in Self.fields where owner.type == field.type {
                let answer = try site.http.put(
                    "/fhir/\(field.type)/a", field.body("a", secret: "\(owner.type).\(owner.path)"), Self.strict)
                let isOwn = owner.path == field.path
                #expect(
                    isOwn ? [200, 201].contains(answer.status) : answer.status == 422, "\(field), \(owner): \(answer)")
                #expect(isOwn || answer.text.contains("field \(field.path)"), "\(answer.text)")
            }
        }
    }

    @Test func aReferenceFromTheWrongFieldIsTakenAndNamedByLogHealthAndCheck() throws {
        let site = try Site(config: Self.scopedToTheField)
        let certificate = Self.fields[3]
        for (id, secret) in [("right", "client.certificate"), ("wrong", "client.private-key")] {
            let body = certificate.body(id, secret: "IdentityProvider.\(secret)")
            #expect(try site.http.put("/fhir/IdentityProvider/\(id)", body).status == 201)
        }
        let lines = try site.server.logLines { $0["resource"] != nil }
        #expect(lines.map { $0["resource"] } == ["IdentityProvider/wrong"])
        #expect(lines.map { $0["field"] } == ["client.certificate"])
        #expect(lines.map(\.reason) == ["out-of-scope"])
        #expect(
            try eventually(within: .seconds(10)) { try site.http.get("/health").json["status"] as? String == "warn" })
        let report = try ChildProcess.keyward([
            "check", "--format", "json", "--vault-config", site.folder.at("vault-config.json"),
            "--store", site.folder.at("data"),
        ])
        #expect(report.status == 1)
        let findings = try JSONDecoder().decode(Findings.self, from: Data(report.output.utf8)).findings
        let outOfScope = findings.filter { $0.code == "out-of-scope" }
        #expect(outOfScope.map(\.where) == ["IdentityProvider/wrong, field client.certificate"], "\(report.output)")
    }

    /// A Client's password and another field of the same Client.
    @Test func aSecretThatIsScopedToAnotherFieldIsNoPassword() throws {
        let site = try Site(
            config: """
                "client-secret": {"path": "VOLUME/client-secret",
                  "scope": {"resource_type": "Client", "id": "basic", "field": "secret"}},
                "other": {"path": "VOLUME/client-secret",
                  "scope": {"resource_type": "Client", "id": "basic", "field": "jwt.secret"}}
                """, arguments: ["--store", "memory:"])
        try site.put(ClientBody.text(secret: "other"))
        #expect(try site.status() == 401)
        try site.put(ClientBody.text(secret: "client-secret"))
        #expect(try site.status() == 200)
    }

    @Test func aClientIsForbiddenAndNobodyIsChallenged() throws {
        let site = try Site.withRoot(arguments: ["--store", "memory:"])
        for field in Self.fields {
            let path = "/fhir/\(field.type)/x"
            let body = field.body("x", secret: "client-secret")
            #expect(try site.http.put(path, body, Site.basic).status == 403, "\(field)")
            #expect(try site.http.get(path, Site.basic).status == 403)
            #expect(try site.http.put(path, body).status == 401)
            #expect(try site.http.get(path, Site.root).status == 404)
        }
        let body = Self.fields[1].body("x", secret: "client-secret")
        #expect(try site.http.put("/fhir/IdentityProvider/x", body, Site.root).status == 201)
    }
}
