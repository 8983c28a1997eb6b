import Access
import FHIR
import HTTP
import Synchronization
import Telemetry
import Testing
import Transport
import Vault

@testable import Server

@Suite struct VaultWatchTests {
    private let desk: Desk
    private let registry = MetricRegistry()
    private let path: String
    private let watch: VaultWatch

    init() throws {
        desk = try Desk()
        path = desk.scratch("vault.json")
        watch = desk.watch(following: VaultConfigFile(path, files: PosixFiles()), registry: registry)
        watch.publish(in: registry)
    }

    /// A new file that then stands still.
    private func put(_ text: String) async throws {
        try desk.scratch.write(text, to: "vault.json")
        for _ in 1...2 { await watch.followConfig() }
    }

    private func metric(_ line: String) -> Bool {
        String(decoding: registry.render(), as: UTF8.self).split(separator: "\n").contains { $0 == line }
    }

    @Test func aNewConfigIsInForceAndTheLogSaysWhatItChanges() async throws {
        try await put(
            """
            {"roots": ["/"], "secret": {"here": {"path": "elsewhere", "scope": "Client/basic"},
                                        "new": {"path": "/n", "scope": "Client"}}}
            """
        )
        #expect(desk.vault.obstacle(to: SecretName("new"), for: .root) == nil)
        #expect(desk.vault.obstacle(to: SecretName("gone"), for: .root) != nil)
        let line = try #require(desk.log.lines("vault config reloaded").first)
        #expect(
            line.fields == [
                "added": #"["new"]"#, "removed": #"["gone"]"#, "rescoped": #"["here"]"#, "repathed": #"["here"]"#,
                "roots": "changed",
            ])
        #expect(metric(#"keyward_vault_config_reloads_total{result="applied"} 1"#))
        #expect(watch.standing.faults.isEmpty)
    }

    @Test func aBadConfigIsNamedFaultByFaultAndChangesNothing() async throws {
        try await put(#"{"secret": {"here": {"path": 1}}, "more": true}"#)
        #expect(desk.vault.obstacle(to: SecretName("here"), for: .root) == nil)
        let lines = desk.log.lines("vault config refused; the last good one stays in force")
        #expect(
            lines.map { $0.fields["reason"] } == ["config-missing-member", "config-bad-value", "config-unknown-member"])
        #expect(lines.map { $0.fields["place"] } == ["$.secret.here", "$.secret.here.path", "$.more"])
        #expect(lines.allSatisfy { $0.fields["remedy"]?.isEmpty == false && $0.fields["in_force_seconds"] != nil })
        #expect(metric(#"keyward_vault_config_reloads_total{result="refused"} 1"#))
        #expect(metric(#"keyward_vault_config_faults{code="config-unknown-member"} 1"#))
        #expect(metric(#"keyward_vault_config_faults{code="config-not-json"} 0"#))
        await watch.followConfig()
        #expect(desk.log.lines("vault config refused; the last good one stays in force").count == 3, "once")
    }

    @Test func aMissingConfigWarnsOnceAndItsReturnIsTold() async throws {
        for _ in 1...3 { await watch.followConfig() }
        #expect(desk.log.lines("vault config refused; the last good one stays in force").count == 1)
        #expect(watch.standing.faults.map(\.code) == [.unreadable])
    }

    @Test func aSecretThatBreaksAndOneThatMendsIsLoggedOnceEach() async throws {
        func logged(_ message: String) -> Int {
            desk.log.lines(message).count { $0.fields["secret"] == "here" }
        }
        let (breaks, mends) = ("a secret cannot be used", "a secret can be used again")
        await watch.inspect()
        #expect(logged(breaks) == 0)
        #expect(metric(#"keyward_secrets{state="ready"} 1"#) && metric(#"keyward_secrets{state="pending"} 1"#))
        try desk.scratch.remove("here")
        for _ in 0..<3 { await watch.inspect() }
        #expect(logged(breaks) == 1)
        #expect(logged(mends) == 0)
        #expect(metric(#"keyward_secrets{state="ready"} 0"#) && metric(#"keyward_secrets{state="pending"} 2"#))
        try desk.scratch.write("", to: "here")
        await watch.inspect()
        #expect(logged(breaks) == 2, "another fault is news")
        #expect(metric(#"keyward_secrets{state="faulty"} 1"#))
        try desk.scratch.write("value-of-here\n", to: "here")
        for _ in 0..<3 { await watch.inspect() }
        #expect(logged(breaks) == 2)
        #expect(logged(mends) == 1)
        #expect(!desk.log.mentions("value-of-here"))
    }

    @Test func theAgeOfEachValueIsAMetricUnderItsName() async throws {
        await watch.inspect()
        let text = String(decoding: registry.render(), as: UTF8.self)
        #expect(text.contains(/\nkeyward_secret_age_seconds{secret="here"} [0-9]+\n/))
        #expect(!text.contains(#"secret="gone""#))
    }

    @Test func aRotationIsLoggedAndCountedWithTheEndOfItsOverlap() {
        let events = VaultEvents(MetricRegistry(), desk.log.logger())
        events.rotated(
            SecretRotation(
                name: SecretName("here"), changed: FileTime(seconds: 1_000_000_000, nanoseconds: 5_000_000),
                overlap: .seconds(600)))
        #expect(
            desk.log.lines("secret rotated").map(\.fields) == [
                [
                    "secret": "here", "changed": "2001-09-09T01:46:40.005Z",
                    "previous_counts_until": "2001-09-09T01:56:40.005Z",
                ]
            ])
    }
}
