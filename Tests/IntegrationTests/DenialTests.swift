import Foundation
import Testing

/// A denial tells the one who asks nothing, and the operator everything.
@Suite struct DenialTests {
    /// A user and a password that is not let in, and what is arranged for it.
    struct Denied: Sendable {
        let name: String
        let user: String
        var password = Site.secret
    }

    static let denied = [
        Denied(name: "unknown client", user: "nobody"),
        Denied(name: "wrong password", user: "basic", password: "wrong-password"),
        Denied(name: "no basic grant", user: "no-grant"),
        Denied(name: "inactive", user: "inactive"),
        Denied(name: "out of scope", user: "out-of-scope"),
        Denied(name: "missing file", user: "missing-file"),
        Denied(name: "unknown secret", user: "unknown-secret"),
        Denied(name: "no secret", user: "no-secret"),
        Denied(name: "empty file", user: "empty-file"),
    ]

    static func site(arguments: [String] = []) throws -> Site {
        let site = try Site(
            secrets: ["client-secret": Site.secret, "empty": ""],
            config: """
                \(Site.tutorialSecret),
                "any": {"path": "VOLUME/client-secret", "scope": ["Client/no-grant", "Client/inactive"]},
                "missing": {"path": "VOLUME/missing", "scope": "Client"},
                "empty": {"path": "VOLUME/empty", "scope": "Client"}
                """, arguments: arguments)
        try site.put(ClientBody.text())
        try site.put(ClientBody.text("no-grant", secret: "any", grants: #"["client_credentials"]"#), id: "no-grant")
        try site.put(ClientBody.text("inactive", secret: "any", more: #", "active": false"#), id: "inactive")
        try site.put(ClientBody.text("out-of-scope"), id: "out-of-scope")
        try site.put(ClientBody.text("missing-file", secret: "missing"), id: "missing-file")
        try site.put(ClientBody.text("unknown-secret", secret: "unknown"), id: "unknown-secret")
        try site.put(ClientBody.text("no-secret", secret: nil), id: "no-secret")
        try site.put(ClientBody.text("empty-file", secret: "empty"), id: "empty-file")
        return site
    }

    @Test func allDenialsAreOneResponseToTheByte() throws {
        let site = try Self.site()
        var responses: [String: [String]] = [:]
        for denied in Self.denied {
            let answer = try site.http.get("/fhir/Patient", HTTPClient.basic(denied.user, denied.password))
            #expect(answer.status == 401, "\(denied.name)")
            #expect(answer["X-Request-Id"]?.isEmpty == false)
            responses[answer.comparable, default: []].append(denied.name)
        }
        #expect(responses.count == 1, "\(responses)")
        #expect(try site.status() == 200, "the one with the right password is let in")
    }

    @Test func eachDenialHasOneLineThatNamesTheReason() throws {
        let site = try Self.site()
        var reasons: [String: String] = [:]
        for (index, denied) in Self.denied.enumerated() {
            let id = "denial-\(index)"
            _ = try site.http.get(
                "/fhir/Patient", HTTPClient.basic(denied.user, denied.password) + [("X-Request-Id", id)])
            // What is written in order has all been written when a later request's line is there.
            let later = "later-\(index)"
            _ = try site.http.get("/fhir/Patient", HTTPClient.basic("nobody", "x") + [("X-Request-Id", later)])
            _ = try site.server.logLines { !$0.fields(holding: later).isEmpty }
            let lines = site.server.logLines.filter { !$0.fields(holding: id).isEmpty && $0.reason != nil }
            #expect(lines.count == 1, "\(denied.name): \(lines.map(\.text))")
            #expect(lines.first?.reason?.isEmpty == false, "\(denied.name): \(lines.map(\.text))")
            reasons[denied.name] = lines.first?.reason
        }
        #expect(Set(reasons.values).count == reasons.count, "each its own: \(reasons)")
    }

    @Test func malformedCredentialsAreDeniedAlike() throws {
        let site = try Site.withClient()
        let expected = try site.http.get("/fhir/Patient", HTTPClient.basic("basic", "wrong")).comparable
        for value in [
            "Basic", "Basic ", "Basic !!!", "Basic YmFzaWM=", "Bearer abc", "Digest username=basic", "basic",
            "Basic " + Data("basic:super-secret-value\n".utf8).base64EncodedString(),
            "Basic " + Data("ba\u{0}sic:super-secret-value".utf8).base64EncodedString(),
            "Basic " + Data([0x62, 0x3a, 0xff, 0xfe]).base64EncodedString(),
            "Basic " + String(repeating: "QUFB", count: 4_000),
        ] {
            let answer = try site.http.get("/fhir/Patient", [("Authorization", value)])
            #expect(answer.comparable == expected, "\(value.prefix(40))")
        }
        let twice = try site.http.get("/fhir/Patient", Site.basic + Site.basic)
        #expect(twice.comparable == expected, "which of the two is meant?")
        let none = try site.http.get("/fhir/Patient")
        #expect(none.status == 401)
        #expect(none["WWW-Authenticate"] == #"Basic realm="fhir", charset="UTF-8""#)
        // The scheme's name is of either case (RFC 9110 §11.1).
        let scheme = "bAsIc " + Data("basic:super-secret-value".utf8).base64EncodedString()
        #expect(try site.http.get("/fhir/Patient", [("Authorization", scheme)]).status == 200)
    }

    @Test func noSecretAndNoPasswordIsWrittenAnywhere() throws {
        let site = try Site(
            secrets: ["client-secret": Site.secret], arguments: ["--log-level", "trace", "--ops-port", "0"])
        try site.put(ClientBody.text())
        let passwords = [Site.secret, "guessed-password", "new-secret-value"]
        for password in passwords { _ = try site.status("basic", password) }
        try site.volume.swap(["client-secret": "new-secret-value"])
        for password in passwords { _ = try site.status("basic", password) }
        _ = try site.status("nobody", "guessed-password")
        _ = try site.http.put(
            "/fhir/Client/literal", #"{"resourceType":"Client","id":"literal","secret":"literal-value"}"#)
        let health = try site.http.get("/health")
        let answers = [
            try site.http.get("/fhir/Client/basic").text, try site.http.get("/fhir/Client").text, health.text,
        ]
        #expect(try site.server.terminate() == .exited(0))

        let forms = (passwords + ["literal-value"]).flatMap { password in
            [password, Data("basic:\(password)".utf8).base64EncodedString(), Data(password.utf8).base64EncodedString()]
        }
        for form in forms {
            #expect(!site.server.log.contains(form), "the log holds \(form)")
            #expect(!site.server.standardOutput.contains(form))
            for answer in answers { #expect(!answer.contains(form)) }
            for file in filesBelow(site.folder.at("data")) {
                #expect(file.bytes.range(of: Data(form.utf8)) == nil, "\(file.name) holds \(form)")
            }
        }
        #expect(!filesBelow(site.folder.at("data")).isEmpty)
        #expect(!site.server.log.contains("Authorization"))
    }
}
