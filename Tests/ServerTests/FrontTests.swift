import Access
import HTTP
import Logging
import Telemetry
import Testing
import Vault

@testable import Server

@Suite struct FrontTests {
    @Test func everyResponseCarriesTheRequestsName() async throws {
        let house = try House()
        for (method, path) in [
            (Method.get, "/livez"), (.get, "/nowhere"), (.unknown, "/"), (.get, "/fhir/Patient"),
            (.put, "/fhir/Client/a"),
        ] {
            let mine = await house.ask(method, path, [(.xRequestID, "mine")])
            #expect(mine.lines.filter { $0.hasPrefix("X-Request-Id: ") } == ["X-Request-Id: mine"])
            #expect(await house.ask(method, path, [(.xRequestID, "not mine")])[.xRequestID]?.contains("-") == true)
        }
    }

    @Test func whoAsksForHealthMayAcceptAnything() async throws {
        let house = try House()
        for path in ["/health", "/livez", "/readyz"] {
            #expect(await house.ask(.get, path, [(.accept, "text/plain")]).status == .ok, "\(path)")
        }
        #expect(await house.ask(.get, "/fhir/metadata", [(.accept, "text/plain")]).status == .notAcceptable)
    }

    @Test func bytesThatAreNoRequestAreRefusedInPlainTextUnderANewName() throws {
        let house = try House()
        let response = house.front.refuse(.headerTooLarge(limit: 9))
        #expect(response.status == .requestHeaderFieldsTooLarge)
        #expect(response.text == HTTPError.headerTooLarge(limit: 9).explanation + "\n")
        let line = try #require(house.log.lines("refused what is no request").first)
        #expect(line.fields["request_id"] == response[.xRequestID])
        #expect(line.fields["status"] == "431")
        #expect(house.front.refuse(.unsupportedVersion)[.xRequestID] != response[.xRequestID])
    }

    @Test func anErrorThatNobodyExpectedIsStillAnsweredNamedAndCounted() async {
        struct Surprise: Error { let inside = "a value" }
        let log = LogBook()
        let registry = MetricRegistry()
        let routes = [Route.open("/broken") { _ in throw Surprise() }]
        let front = Front(
            names: RequestNames(random: 1), routing: Routing(routes),
            authentication: Authentication(
                authenticator: Authenticator(
                    secrets: SecretResolver(config: .none, files: PosixFiles()) { _ in }, rootSecret: nil,
                    client: { _ in nil }), uses: SecretUses(registry, log.logger())),
            outcomes: Outcomes(denials: Denials(registry, log.logger()), logger: log.logger()),
            measuring: Measuring(routes, registry, log.logger()), logger: log.logger())
        let response = await front.respond(to: Request(.get, "/broken"))
        #expect(response.status == .internalServerError)
        #expect(response.issue == "fatal exception")
        #expect(!response.text.contains("a value"))
        #expect(response[.xRequestID] == "0000000000000001-1")
        #expect(log.lines.map(\.level) == [.critical])
        #expect(
            String(decoding: registry.render(), as: UTF8.self).contains(
                #"keyward_requests_total{route="/broken",status="500"} 1"#))
    }

    @Test func everyRequestCountsOnceUnderWhatBecameOfIt() async throws {
        let house = try House()
        try await house.put("basic", secret: "basic")
        let me = basic("basic", "basic-value")
        _ = await house.ask(.get, "/fhir/Patient")
        _ = await house.ask(.get, "/fhir/Patient/a", [me])
        _ = await house.ask(.get, "/fhir/Client", [me])
        _ = await house.ask(.get, "/fhir/Patient", [me, (.accept, "text/html")])
        _ = await house.ask(.delete, "/fhir/metadata")
        _ = await house.ask(.get, "/nowhere")
        let metrics = await house.opsFront.respond(to: Request(.get, "/metrics")).text.split(separator: "\n")
        let counts = metrics.filter { $0.hasPrefix("keyward_requests_total{") && !$0.hasSuffix(" 0") }
        func count(_ route: String, _ status: Int) -> Substring {
            "keyward_requests_total{route=\"\(route)\",status=\"\(status)\"} 1"
        }
        #expect(
            Set(counts) == [
                count("/fhir/{type}/{id}", 201), count("/fhir/{type}", 401), count("/fhir/{type}/{id}", 404),
                count("/fhir/{type}", 403), count("/fhir/{type}", 406), count("none", 405), count("none", 404),
            ])
    }

    @Test func theOperatorsListenerServesProbesAndMetricsAndNoResources() async throws {
        let house = try House()
        func status(_ path: String) async -> Int {
            await house.opsFront.respond(to: Request(.get, path, [(.host, "localhost")])).status.code
        }
        #expect(await status("/livez") == 200)
        #expect(await status("/readyz") == 200)
        #expect(await status("/metrics") == 200)
        for path in ["/fhir/metadata", "/fhir/Client", "/fhir/Patient/a", "/health"] {
            #expect(await status(path) == 404, "\(path)")
        }
        #expect(await house.ask(.get, "/metrics").status == .notFound)
    }
}
