import Foundation
import Testing

/// The value before counts too, for as long as the config says.
@Suite struct OverlapTests {
    /// An overlap is reckoned from the time that the kernel stamped on the file, by a clock of 10 ms or less.
    private static let tick = Duration.milliseconds(10)

    private static func secret(_ overlap: String) -> String {
        #""client-secret": {"path": "VOLUME/client-secret", "previous_path": "VOLUME/previous","#
            + #" "overlap": "\#(overlap)", "scope": "Client/basic"}"#
    }

    private static func site(overlap: String) throws -> Site {
        let site = try Site(
            secrets: ["client-secret": "first", "previous": "zeroth"], config: secret(overlap),
            arguments: ["--ops-port", "0"])
        try site.put(ClientBody.text())
        return site
    }

    private static func metrics(_ site: Site) throws -> [String: Int] {
        try HTTPClient(port: try #require(site.server.opsPort)).metrics()
    }

    @Test func aUseOfThePreviousValueIsShown() throws {
        let site = try Self.site(overlap: "10m")
        #expect(try site.status("basic", "first") == 200)
        try site.volume.swap(["client-secret": "second", "previous": "first"])
        for _ in 1...3 { #expect(try site.status("basic", "first") == 200) }
        #expect(try site.status("basic", "second") == 200)
        #expect(try site.status("basic", "zeroth") == 401)
        let uses = try site.server.logLines { $0.message == "the previous value of a secret was used" }
        #expect(uses.map { $0["client"] } == ["basic"], "once a minute a client")
        #expect(uses[0]["secret"] == "client-secret" && uses[0]["request_id"] != nil)
        let rotation = try site.server.logLines { $0.message == "secret rotated" }
        #expect(rotation.map { $0["secret"] } == ["client-secret"])
        let until = try #require(try Self.date(rotation[0]["previous_counts_until"]))
        let changed = try #require(try Self.date(rotation[0]["changed"]))
        #expect(abs(until.timeIntervalSince(changed) - 600) < 0.01)
        let metrics = try Self.metrics(site)
        #expect(metrics[#"keyward_overlap_uses_total{secret="client-secret"}"#] == 3)
        #expect(metrics[#"keyward_resolves_total{result="previous"}"#] == 3)
        #expect(metrics["keyward_rotations_total"] == 1)
    }

    @Test func anOverlapEndsByItself() throws {
        let site = try Self.site(overlap: "2s")
        #expect(try site.status("basic", "first") == 200)
        let before = ContinuousClock.now
        try site.volume.swap(["client-secret": "second", "previous": "first"])
        let after = ContinuousClock.now
        let status = try site.status("basic", "first")
        #expect(status == 200 || ContinuousClock.now - before >= .seconds(2) - Self.tick)
        #expect(try eventually { try site.status("basic", "first") == 401 })
        #expect(ContinuousClock.now - before >= .seconds(2) - Self.tick, "not before its time")
        report("an overlap of 2 s ended after \(ContinuousClock.now - after)")
        #expect(try site.status("basic", "second") == 200)
        // The same bytes once more, in new files, revive nothing.
        try site.volume.swap(["client-secret": "second", "previous": "first"])
        #expect(try site.status("basic", "first") == 401)
        #expect(try Self.metrics(site)["keyward_rotations_total"] == 1)
    }

    @Test func anOverlapEndsWithItsFile() throws {
        let site = try Self.site(overlap: "10m")
        #expect(try site.status("basic", "first") == 200)
        try site.volume.swap(["client-secret": "second", "previous": "first"])
        #expect(try site.status("basic", "first") == 200)
        try site.volume.swap(["previous": ""])
        #expect(try site.status("basic", "first") == 401)
        #expect(try site.status("basic", "second") == 200)
    }

    /// Nothing but the file's time of change is left to reckon from.
    @Test func anOverlapSurvivesARestartAndEndsAllTheSame() throws {
        let site = try Self.site(overlap: "4s")
        #expect(try site.status("basic", "first") == 200)
        let before = ContinuousClock.now
        try site.volume.swap(["client-secret": "second", "previous": "first"])
        let after = ContinuousClock.now
        #expect(try site.server.terminate() == .exited(0))
        try site.start()
        let status = try site.status("basic", "first")
        if ContinuousClock.now - before < .seconds(4) { #expect(status == 200, "in the overlap") }
        #expect(try eventually { try site.status("basic", "first") == 401 })
        let taken = ContinuousClock.now - after
        #expect(ContinuousClock.now - before >= .seconds(4) - Self.tick, "not before its time")
        report("an overlap of 4 s with a restart in it ended after \(taken)")
        #expect(try site.status("basic", "second") == 200)
        #expect(try site.server.terminate() == .exited(0))
        try site.start()
        #expect(try site.status("basic", "first") == 401, "a restart after its end revives nothing")
        #expect(try site.status("basic", "second") == 200)
    }

    @Test func aSwapOfTheSameBytesIsNoRotation() throws {
        let site = try Self.site(overlap: "10m")
        #expect(try site.status("basic", "first") == 200)
        for _ in 1...5 {
            try site.volume.swap(["client-secret": "first"])
            #expect(try site.status("basic", "first") == 200)
        }
        #expect(try Self.metrics(site)["keyward_rotations_total"] == 0)
        try site.volume.swap(["client-secret": "second"])
        #expect(try site.status("basic", "second") == 200)
        let lines = try site.server.logLines { $0.message == "secret rotated" }
        #expect(lines.count == 1, "and none before this one")
    }

    /// A longer overlap comes into force with its config, reckoned from the same change.
    @Test func anOverlapMayComeWithAnotherConfig() throws {
        let site = try Site(
            secrets: ["client-secret": "first", "previous": "zeroth"],
            config: #""client-secret": {"path": "VOLUME/client-secret", "scope": "Client/basic"}"#)
        try site.put(ClientBody.text())
        #expect(try site.status("basic", "first") == 200)
        try site.volume.swap(["client-secret": "second", "previous": "first"])
        #expect(try site.status("basic", "first") == 401)
        try site.swapConfig(Self.secret("10m"))
        #expect(try eventually { try site.status("basic", "first") == 200 })
        try site.swapConfig(Self.secret("1s"))
        #expect(try eventually { try site.status("basic", "first") == 401 })
        #expect(try site.status("basic", "second") == 200)
    }

    private static func date(_ text: String?) throws -> Date? {
        try text.map {
            try Date($0, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
    }
}
