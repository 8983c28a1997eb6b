import Access
import HTTP
import Logging
import Testing
import Transport

@testable import Server

@Suite struct AuthenticationTests {
    /// A request that is denied, and what the operator reads about it.
    struct Denied: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let user: String
        let password: String
        let reason: String
        var secret: String?

        init(_ user: String, _ password: String, _ reason: String, secret: String? = nil) {
            testDescription = reason
            self.user = user
            self.password = password
            self.reason = reason
            self.secret = secret
        }

        static let all = [
            Denied("nobody", "basic-value", "unknown-client"),
            Denied("basic", "wrong", "wrong-password", secret: "basic"),
            Denied("grantless", "basic-value", "no-basic-grant"),
            Denied("inactive", "basic-value", "inactive-client"),
            Denied("stranger", "basic-value", "out-of-scope", secret: "basic"),
            Denied("lost", "basic-value", "file-missing", secret: "gone"),
            Denied("hollow", "", "empty", secret: "empty"),
            Denied("typo", "basic-value", "unknown-secret", secret: "nowhere"),
            Denied("bare", "basic-value", "no-secret-reference"),
            Denied("deleted", "basic-value", "unknown-client"),
            Denied("no id!", "basic-value", "unknown-client"),
        ]
    }

    private func furnished() async throws -> House {
        let house = try House()
        try await house.put("basic", secret: "basic")
        try await house.put("grantless", secret: "basic", #""grant_types":["code"]"#)
        try await house.put("inactive", secret: "basic", #""grant_types":["basic"],"active":false"#)
        try await house.put("stranger", secret: "basic")
        try await house.put("lost", secret: "gone")
        try await house.put("hollow", secret: "empty")
        try await house.put("typo", secret: "nowhere")
        try await house.put("bare", secret: nil)
        try await house.put("deleted", secret: "basic")
        _ = await house.ask(.delete, "/fhir/Client/deleted")
        return house
    }

    @Test func aClientWithItsSecretIsLetIn() async throws {
        let house = try await furnished()
        #expect(await house.ask(.get, "/fhir/Patient", [basic("basic", "basic-value")]).status == .ok)
        #expect(house.log.lines("authentication denied").isEmpty)
    }

    @Test func allDenialsAnswerTheSameBytes() async throws {
        let house = try await furnished()
        let same = (FieldName.xRequestID, "same")
        let model = await house.ask(.get, "/fhir/Patient", [same])
        #expect(model.status == .unauthorized)
        for denied in Denied.all {
            for path in ["/fhir/Patient", "/fhir/Patient/a", "/fhir/Client/basic"] {
                let response = await house.ask(.get, path, [basic(denied.user, denied.password), same])
                #expect(response.status == model.status, "\(denied)")
                #expect(response.lines == model.lines, "\(denied)")
                #expect(response.content == model.content, "\(denied)")
            }
        }
    }

    @Test(arguments: Denied.all)
    func theLogAndTheMetricSayWhyAndNeverTheSecret(denied: Denied) async throws {
        let house = try await furnished()
        _ = await house.ask(.get, "/fhir/Patient/a", [basic(denied.user, denied.password), (.xRequestID, "asked")])
        let line = try #require(house.log.lines("authentication denied").first)
        #expect(house.log.lines("authentication denied").count == 1)
        #expect(line.level == .notice)
        #expect(line.fields["reason"] == denied.reason)
        #expect(line.fields["secret"] == denied.secret)
        #expect(line.fields["client"] == (denied.user == "no id!" ? nil : denied.user))
        #expect(line.fields["request_id"] == "asked")
        #expect(line.fields["route"] == "/fhir/{type}/{id}")
        #expect(line.fields["type"] == "Patient")
        #expect(line.fields["detail"]?.isEmpty == false)
        #expect(!house.log.mentions("basic-value"))
        #expect(!house.log.mentions(basic(denied.user, denied.password).1))
        #expect(!house.log.mentions("no id!"))
        let metrics = await house.opsFront.respond(to: Request(.get, "/metrics")).text.split(separator: "\n")
        #expect(metrics.contains(#"keyward_denials_total{reason="\#(denied.reason)"} 1"#))
        #expect(metrics.filter { $0.hasPrefix("keyward_denials_total") && !$0.hasSuffix(" 0") }.count == 1)
    }

    @Test func whatIsNoBasicCredentialsIsTheSame401() async throws {
        let house = try await furnished()
        let same = (FieldName.xRequestID, "same")
        let model = await house.ask(.get, "/fhir/Patient", [same])
        let good = basic("basic", "basic-value")
        let cases: [(fields: [(FieldName, String)], reason: String)] = [
            ([], "no-credentials"), ([(.authorization, "Bearer abc")], "unsupported-scheme"),
            ([(.authorization, "Basic !")], "malformed-credentials"), ([(.authorization, "")], "unsupported-scheme"),
            ([good, good], "malformed-credentials"), ([basic("basic", "basic-value\u{7f}")], "malformed-credentials"),
        ]
        for (fields, reason) in cases {
            let response = await house.ask(.get, "/fhir/Patient", fields + [same])
            #expect(response.lines == model.lines, "\(reason)")
            #expect(response.content == model.content, "\(reason)")
            #expect(house.log.lines("authentication denied").last?.fields["reason"] == reason)
        }
    }

    @Test func theChallengeIsThatOfBasic() async throws {
        let house = try House()
        let response = await house.ask(.get, "/fhir/Patient")
        #expect(response[.wwwAuthenticate] == #"Basic realm="fhir", charset="UTF-8""#)
        #expect(response[.contentType] == "application/fhir+json")
        #expect(response.issue == "error login")
    }

    @Test func aChangedSecretCountsAtOnceAndAVanishedOneDenies() async throws {
        let house = try await furnished()
        func status(_ password: String) async -> Int {
            await house.ask(.get, "/fhir/Patient", [basic("basic", password)]).status.code
        }
        #expect(await status("basic-value") == 200)
        try house.scratch.write("rotated\n", to: "basic-file")
        #expect(await status("basic-value") == 401)
        #expect(await status("rotated") == 200)
        try house.scratch.remove("basic-file")
        #expect(await status("rotated") == 401)
    }

    @Test func whoIsDeniedIsNotListenedTo() async throws {
        let house = try await furnished()
        // Wrong type, unknown content: only who may write learns of it.
        let content = [(FieldName.contentType, "text/plain"), (.accept, "text/plain")]
        #expect(await house.ask(.put, "/fhir/Patient/a", content).status == .unauthorized)
        #expect(await house.ask(.put, "/fhir/Patient/a", content + [basic("basic", "wrong")]).status == .unauthorized)
        let known = await house.ask(.put, "/fhir/Patient/a", content + [basic("basic", "basic-value")])
        #expect([406, 415].contains(known.status.code))
    }

    @Test func withoutCredentialsOnlyThisMachineIsTheTutorial() async throws {
        let house = try House()
        func status(_ fields: [(FieldName, String)] = [], from peer: Address = .here, host: String = "localhost") async
            -> Int
        {
            await house.ask(.get, "/fhir/Client", fields, from: peer, host: host).status.code
        }
        #expect(await status() == 200)
        #expect(await status(host: "127.0.0.1:8080") == 200)
        #expect(await status([(.origin, "http://localhost")]) == 200)
        #expect(await status(from: .elsewhere) == 401)
        #expect(await status(host: "rebound.example") == 401)
        #expect(await status([(.origin, "http://evil.example")]) == 401)
        #expect(await status([(.origin, "http://localhost"), (.origin, "http://evil.example")]) == 401)
        #expect(await status([basic("nobody", "x")]) == 401)
    }

    @Test func whatIsOpenAsksForNoCredentialsAndJudgesNone() async throws {
        let house = try House(hasRoot: true)
        for path in ["/fhir/metadata", "/health", "/livez", "/readyz"] {
            let response = await house.ask(.get, path, [basic("nobody", "wrong")], from: .elsewhere, host: "h")
            #expect(response.status == .ok, "\(path)")
        }
        #expect(house.log.lines("authentication denied").isEmpty)
    }
}
