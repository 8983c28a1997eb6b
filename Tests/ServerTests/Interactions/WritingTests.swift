import HTTP
import JSON
import Logging
import Testing

@testable import Server

@Suite struct WritingTests {
    private static let message = "a resource refers to a secret that it cannot use yet"
    private static let strict = [(FieldName.prefer, "handling=strict")]

    @Test func clientRootIsReserved() async throws {
        let desk = try Desk()
        for secret in ["here", nil] {
            let response = await desk.ask(.put, "Client/root", content: client("root", secret: secret))
            #expect(response.status == .unprocessableContent)
            #expect(response.issue == "error business-rule")
            #expect(response.diagnostics.contains("Client/root"))
        }
        #expect(desk.store.types().isEmpty)
        #expect(await desk.ask(.put, "Patient/root", content: patient("root")).status == .created)
    }

    @Test(arguments: [("basic", "nowhere", "unknown-secret"), ("other", "here", "out-of-scope")])
    func aReferenceThatCannotBeUsedYetIsStoredAndLogged(id: String, secret: String, reason: String) async throws {
        let desk = try Desk()
        let response = await desk.ask(.put, "Client/\(id)", content: client(id, secret: secret))
        #expect(response.status == .created)
        #expect(desk.log.lines.count == 1)
        let line = try #require(desk.log.lines(Self.message).first)
        #expect(line.level == .notice)
        #expect(line.fields["resource"] == "Client/\(id)")
        #expect(line.fields["field"] == "secret")
        #expect(line.fields["secret"] == secret)
        #expect(line.fields["reason"] == reason)
        #expect(line.fields["request_id"] == "r-1")
        #expect(line.fields["detail"]?.contains(secret) == true)
    }

    @Test(arguments: [("basic", "nowhere"), ("other", "here")])
    func whoWantsStrictnessIsRefused(id: String, secret: String) async throws {
        let desk = try Desk()
        let response = await desk.ask(
            .put, "Client/\(id)", Self.strict, content: client(id, secret: secret))
        #expect(response.status == .unprocessableContent)
        #expect(response.issue == "error business-rule")
        #expect(response.diagnostics.contains(secret))
        #expect(desk.store.types().isEmpty)
        #expect(desk.log.lines.isEmpty)
    }

    @Test(arguments: [("basic", "nowhere"), ("other", "here")])
    func aReferenceBelowAnotherMemberIsHeldToTheSameRules(id: String, secret: String) async throws {
        let desk = try Desk()
        let content = clientWithJWT(id, secret: secret)
        let strict = await desk.ask(.put, "Client/\(id)", Self.strict, content: content)
        #expect(strict.status == .unprocessableContent)
        #expect(strict.diagnostics.contains(secret))
        #expect(desk.store.types().isEmpty)
        #expect(await desk.ask(.put, "Client/\(id)", content: content).status == .created)
        #expect(desk.log.lines(Self.message).map { $0.fields["secret"] } == [secret])
    }

    @Test(arguments: [("nowhere", "unknown-secret"), ("gone", "out-of-scope")])
    func aSystemResourceOfAnotherTypeIsHeldToTheSameRules(secret: String, reason: String) async throws {
        let desk = try Desk()
        let content = introspector("t", secret: secret)
        let strict = await desk.ask(.put, "TokenIntrospector/t", Self.strict, content: content)
        #expect(strict.status == .unprocessableContent)
        #expect(strict.diagnostics.contains(secret))
        #expect(desk.store.types().isEmpty)
        #expect(await desk.ask(.put, "TokenIntrospector/t", content: content).status == .created)
        let line = try #require(desk.log.lines(Self.message).first)
        #expect(line.fields["resource"] == "TokenIntrospector/t")
        #expect(line.fields["field"] == "jwt.secret")
        #expect(line.fields["reason"] == reason)
    }

    @Test(arguments: [("basic", "here"), ("other", "gone"), ("bare", nil)])
    func aReferenceInScopeIsTakenStrictlyTooWhetherItsFileIsThereOrNot(id: String, secret: String?) async throws {
        let desk = try Desk()
        let response = await desk.ask(
            .put, "Client/\(id)", Self.strict, content: client(id, secret: secret))
        #expect(response.status == .created)
        #expect(desk.log.lines.isEmpty)
    }

    @Test func aCreateIsHeldToTheSameRules() async throws {
        let desk = try Desk()
        let content = client("basic", secret: "here")
        // The scope is that of Client/basic, and the server's choice is another id.
        #expect(await desk.ask(.post, "Client", Self.strict, content: content).status == .unprocessableContent)
        #expect(await desk.ask(.post, "Client", content: content).status == .created)
        #expect(desk.log.lines(Self.message).map { $0.fields["resource"] } == ["Client/chosen"])
    }

    @Test func aClinicalResourceIsNotLookedAt() async throws {
        let desk = try Desk()
        let content = client("a", secret: "nowhere").replacing("Client", with: "Patient")
        #expect(await desk.ask(.put, "Patient/a", Self.strict, content: content).status == .created)
        #expect(desk.log.lines.isEmpty)
    }

    @Test(arguments: [
        client("a", secret: ""), client("a", secret: "here", #""grant_types":"basic""#),
        client("a", secret: "here", #""secret":"hush-hush""#), client("a", secret: "here", #""active":"yes""#),
        client("a", secret: "here").replacing("masked", with: "unknown"),
    ])
    func aMalformedClientIs422(content: String) async throws {
        let desk = try Desk()
        let response = await desk.ask(.put, "Client/a", content: content)
        #expect(response.status == .unprocessableContent)
        #expect(!response.text.contains("hush-hush"))
        #expect(desk.store.types().isEmpty)
    }

    @Test func aReferenceIsReturnedAsItCame() async throws {
        let desk = try Desk()
        let content = client("basic", secret: "here", #""z":1.50,"grant_types":["basic"]"#)
        _ = await desk.ask(.put, "Client/basic", content: content)
        let read = await desk.ask(.get, "Client/basic")
        var object = read.json
        object["meta"] = nil
        #expect(String(decoding: object.serialized, as: UTF8.self) == content)
    }
}
