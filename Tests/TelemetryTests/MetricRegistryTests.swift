import Synchronization
import Telemetry
import Testing

@Suite struct MetricRegistryTests {
    func text(_ registry: MetricRegistry) -> String { String(decoding: registry.render(), as: UTF8.self) }

    @Test func aCounterFamilyIsShownWithHelpTypeAndOneLineASeries() {
        let registry = MetricRegistry()
        let denials = registry.counters(
            "keyward_denials_total", help: "Requests denied, by reason.", labels: ["reason"])
        let wrong = denials.series("wrong-password")
        denials.series("no-credentials")
        wrong.add()
        denials.series("wrong-password").add(2)
        #expect(
            text(registry) == """
                # HELP keyward_denials_total Requests denied, by reason.
                # TYPE keyward_denials_total counter
                keyward_denials_total{reason="no-credentials"} 0
                keyward_denials_total{reason="wrong-password"} 3

                """)
    }

    @Test func helpAndLabelValuesAreEscapedEachByItsOwnRule() {
        let registry = MetricRegistry()
        registry.gauge("keyward_build_info", help: "Say \"hi\" \\ and\nbye.", labels: ["version": "1\"\\\n0"]) { 1 }
        #expect(
            text(registry) == #"""
                # HELP keyward_build_info Say "hi" \\ and\nbye.
                # TYPE keyward_build_info gauge
                keyward_build_info{version="1\"\\\n0"} 1

                """#)
    }

    /// Names of secrets are told apart by their bytes.
    @Test func twoSpellingsOfOneLetterAreTwoSeries() {
        let uses = MetricRegistry().counters("uses_total", help: "", labels: ["secret"])
        uses.series("caf\u{E9}").add()
        #expect(uses.series("cafe\u{301}").value == 0)
        #expect(uses.series("caf\u{E9}").value == 1)
    }

    @Test func whatIsKeptElsewhereIsReadAtEachRendering() {
        let registry = MetricRegistry()
        let open = Mutex<Int64>(-1)
        registry.gauge("keyward_connections", help: "Open.") { open.withLock { $0 } }
        func samples() -> [Substring] { text(registry).split(separator: "\n").filter { !$0.hasPrefix("#") } }
        #expect(samples() == ["keyward_connections -1"])
        open.withLock { $0 = 4 }
        #expect(samples() == ["keyward_connections 4"])
    }

    @Test func countingFromManyTasksLosesNothing() async {
        let family = MetricRegistry().counters("c_total", help: "", labels: ["l"])
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<10_000 { family.series("x").add() } }
            }
        }
        #expect(family.series("x").value == 80_000)
    }
}
