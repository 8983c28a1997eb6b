import Foundation
import Glibc
import Testing

/// A denial tells the one who asks nothing, and the operator everything.
@Suite(.enabled(if: KeywardBinary.canBeBound, "setpriv makes a file unreadable for root"))
struct DenialTests {
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
        Denied(name: "unreadable file", user: "unreadable-file"),
        Denied(name: "a folder for a file", user: "a-folder"),
    ]

    /// Each of them, and with passwords and ids of other lengths: the longest that the header has room for, too.
    static let deniedOfAnyLength =
        denied
        + ["", "x", Site.secret + "x", String(Site.secret.dropLast())].map {
            Denied(name: "\($0.utf8.count) bytes of password", user: "basic", password: $0)
        }
        + [256, 4_096, 20_000].flatMap { count in
            denied.map {
                Denied(
                    name: "\($0.name), \(count) bytes", user: $0.user, password: String(repeating: "p", count: count))
            }
        }
        + [0, 1, 63, 64, 65, 200, 4_096, 20_000].map {
            Denied(name: "an id of \($0) bytes", user: String(repeating: "i", count: $0))
        }

    static func site(arguments: [String] = []) throws -> Site {
        let site = try Site(
            secrets: ["client-secret": Site.secret, "empty": "", "unreadable": Site.secret],
            config: """
                \(Site.tutorialSecret),
                "any": {"path": "VOLUME/client-secret", "scope": ["Client/no-grant", "Client/inactive"]},
                "missing": {"path": "VOLUME/missing", "scope": "Client"},
                "empty": {"path": "VOLUME/empty", "scope": "Client"},
                "unreadable": {"path": "VOLUME/unreadable", "scope": "Client"},
                "folder": {"path": "VOLUME", "scope": "Client"}
                """,
            arguments: arguments, program: try KeywardBinary.boundByPermissions())
        unsafe chmod(site.volume.at("unreadable"), 0)
        try site.put(ClientBody.text())
        try site.put(ClientBody.text("no-grant", secret: "any", grants: #"["client_credentials"]"#), id: "no-grant")
        try site.put(ClientBody.text("inactive", secret: "any", more: #", "active": false"#), id: "inactive")
        try site.put(ClientBody.text("out-of-scope"), id: "out-of-scope")
        try site.put(ClientBody.text("missing-file", secret: "missing"), id: "missing-file")
        try site.put(ClientBody.text("unknown-secret", secret: "unknown"), id: "unknown-secret")
        try site.put(ClientBody.text("no-secret", secret: nil), id: "no-secret")
        try site.put(ClientBody.text("empty-file", secret: "empty"), id: "empty-file")
        try site.put(ClientBody.text("unreadable-file", secret: "unreadable"), id: "unreadable-file")
        try site.put(ClientBody.text("a-folder", secret: "folder"), id: "a-folder")
        return site
    }

    @Test func allDenialsAreOneResponseToTheByte() throws {
        let site = try Self.site()
        var responses: [String: [String]] = [:]
        for denied in Self.deniedOfAnyLength {
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
}
