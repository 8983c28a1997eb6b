import HTTP
import Testing

@testable import Server

@Suite struct AuthorizationTests {
    private let root = basic("root", House.rootPassword)

    @Test func rootMayDoEverything() async throws {
        let house = try House(hasRoot: true)
        let put = await house.ask(.put, "/fhir/Client/basic", [root], content: client("basic", secret: "basic"))
        #expect(put.status == .created)
        #expect(await house.ask(.put, "/fhir/Patient/a", [root], content: patient("a")).status == .created)
        #expect(await house.ask(.get, "/fhir/Client", [root], from: .elsewhere, host: "h").status == .ok)
        #expect(await house.ask(.delete, "/fhir/Patient/a", [root]).status == .noContent)
    }

    @Test func withARootSecretThereIsNoTutorial() async throws {
        let house = try House(hasRoot: true)
        for path in ["/fhir/Client", "/fhir/Patient", "/fhir/Client/root"] {
            #expect(await house.ask(.get, path).status == .unauthorized)
            #expect(await house.ask(.get, path, [basic("root", "wrong")]).status == .unauthorized)
        }
        let put = await house.ask(.put, "/fhir/Client/a", content: client("a", secret: "basic"))
        #expect(put.status == .unauthorized)
    }

    @Test func aClientMayTouchClinicalResourcesAndNoSystemOnes() async throws {
        let house = try House(hasRoot: true)
        _ = await house.ask(.put, "/fhir/Client/basic", [root], content: client("basic", secret: "basic"))
        let me = basic("basic", "basic-value")
        #expect(await house.ask(.put, "/fhir/Patient/a", [me], content: patient("a")).status == .created)
        #expect(await house.ask(.get, "/fhir/Patient/a", [me]).status == .ok)
        let requests: [(Method, String)] = [
            (.get, "/fhir/Client"), (.get, "/fhir/Client/basic"), (.get, "/fhir/Client/nobody"),
            (.put, "/fhir/Client/basic"), (.delete, "/fhir/Client/basic"), (.post, "/fhir/Client"),
            (.post, "/fhir/Client/_search"), (.get, "/fhir/IdentityProvider"), (.get, "/fhir/TokenIntrospector/t"),
            (.put, "/fhir/AidboxTopicDestination/d"),
        ]
        for (method, path) in requests {
            let response = await house.ask(method, path, [me], content: client("basic", secret: "root"))
            #expect(response.status == .forbidden, "\(method) \(path)")
            #expect(response.issue == "error forbidden")
            #expect(response[.wwwAuthenticate] == nil)
        }
        let lines = house.log.lines("access denied")
        #expect(lines.count == requests.count)
        #expect(lines.allSatisfy { $0.fields["client"] == "basic" && $0.fields["reason"] == "forbidden" })
        let metrics = await house.opsFront.respond(to: Request(.get, "/metrics")).text
        #expect(metrics.contains("keyward_denials_total{reason=\"forbidden\"} \(requests.count)\n"))
        // Nothing came of it.
        #expect(await house.ask(.get, "/fhir/Client/basic", [root])[.eTag] == #"W/"1""#)
    }

    @Test func theTutorialOpensNoClinicalResourceAndTheDenialIsTheOneChallenge() async throws {
        let house = try House()
        #expect(await house.ask(.put, "/fhir/Client/a", content: client("a", secret: nil)).status == .created)
        let refused = await house.ask(.put, "/fhir/Patient/a", [(.xRequestID, "same")], content: patient("a"))
        #expect(refused.status == .unauthorized)
        let denied = await house.ask(.get, "/fhir/Patient", [basic("nobody", "x"), (.xRequestID, "same")])
        #expect(refused.lines == denied.lines)
        #expect(refused.content == denied.content)
        #expect(
            house.log.lines("authentication denied").map { $0.fields["reason"] } == [
                "no-credentials", "unknown-client",
            ])
    }
}
