import Foundation
import Testing

/// What watches the server gets to see.
@Suite struct HealthTests {
    @Test func aHealthyServerPassesWithoutNamingAnything() throws {
        let site = try Site.withClient()
        let answer = try site.http.get("/health")
        #expect(answer.status == 200)
        #expect(answer["Content-Type"]?.hasPrefix("application/health+json") == true)
        #expect(try answer.json["status"] as? String == "pass", "tutorial mode is pass")
        for name in ["client-secret", "basic", site.folder.path, "azure-secrets"] {
            #expect(!answer.text.contains(name), "\(answer.text)")
        }
    }

    @Test func aPendingSecretIsAWarningAndItsArrivalEndsIt() throws {
        let site = try Site(secrets: [:])
        try site.put(ClientBody.text())
        #expect(eventually(within: .seconds(3)) { Self.status(site) == "warn" })
        let answer = try site.http.get("/health")
        #expect(answer.status == 200)
        #expect(!answer.text.contains("client-secret") && !answer.text.contains("basic"))
        try site.volume.swap(["client-secret": Site.secret])
        #expect(eventually(within: .seconds(3)) { Self.status(site) == "pass" })
    }

    @Test func aSecretOutOfScopeIsAWarning() throws {
        let site = try Site.withClient()
        try site.put(ClientBody.text("other"), id: "other")
        #expect(eventually(within: .seconds(3)) { Self.status(site) == "warn" })
        #expect(try site.http.delete("/fhir/Client/other").status == 204)
        #expect(eventually(within: .seconds(3)) { Self.status(site) == "pass" })
    }

    private static func status(_ site: Site) -> String? {
        (try? site.http.get("/health").json)?["status"] as? String
    }

    @Test func theProbesNeedNoCredentials() throws {
        let site = try Site.withRoot(arguments: ["--ops-port", "0"])
        for port in [site.server.port, try #require(site.server.opsPort)] {
            let http = HTTPClient(port: port)
            for path in ["/livez", "/readyz"] {
                #expect(try http.get(path).status == 200)
                #expect(try http.get(path, [("Host", "10.1.2.3:9000")]).status == 200, "as a kubelet asks")
            }
        }
    }

    @Test func theMetricsAreOnTheOpsListenerAlone() throws {
        let site = try Site.withClient(arguments: ["--ops-port", "0"])
        #expect(try site.http.get("/metrics").status == 404)
        let ops = HTTPClient(port: try #require(site.server.opsPort))
        #expect(try ops.get("/fhir/Client/basic").status == 404, "resources are on the main one alone")
        _ = try site.status()
        _ = try site.status("basic", "wrong-password")
        _ = try site.status("nobody", "wrong-password")
        #expect(
            try eventually { try ops.get("/metrics").text.contains("\nkeyward_secret_age_seconds{") },
            "the ages are there after the first look, which a busy machine keeps waiting")
        let answer = try ops.get("/metrics")
        #expect(answer.status == 200)
        #expect(answer["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        let lines = answer.text.split(separator: "\n").map(String.init)
        let samples = lines.filter { !$0.hasPrefix("#") }
        #expect(!samples.isEmpty && samples.allSatisfy { $0.hasPrefix("keyward_") })
        #expect(samples.allSatisfy { $0.wholeMatch(of: /[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? [-+0-9.eEInfNa]+/) != nil })
        #expect(
            samples.contains { $0.hasPrefix("keyward_request_duration_seconds_bucket{") && $0.contains(#"le="+Inf""#) })
        let denials = samples.filter { $0.hasPrefix("keyward_denials_total{") }
        let count = denials.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
        #expect(count == 2, "\(denials)")
        #expect(denials.filter { !$0.hasSuffix(" 0") }.count == 2, "an unknown client has a reason of its own")
        let names = Set(samples.compactMap { $0.prefix { $0 != "{" && $0 != " " } }.map(String.init))
        let expected: Set = [
            "keyward_resolves_total", "keyward_denials_total", "keyward_rotations_total",
            "keyward_vault_config_reloads_total", "keyward_vault_config_age_seconds", "keyward_vault_config_faults",
            "keyward_secrets", "keyward_secret_age_seconds", "keyward_requests_total",
            "keyward_request_duration_seconds_count", "keyward_connections", "keyward_build_info",
        ]
        #expect(expected.isSubset(of: names), "\(expected.subtracting(names))")
        for name in ["nobody", "Client/", Site.secret, site.folder.path] {
            #expect(!answer.text.contains(name))
        }
    }

    @Test func everyRouteAnswersWithoutAuthenticationOrSaysSo() throws {
        let site = try Site.withRoot()
        #expect(try site.http.get("/fhir/metadata").status == 200)
        #expect(try site.http.get("/health").status == 200)
        #expect(try site.http.get("/fhir/Client").status == 401)
    }
}
