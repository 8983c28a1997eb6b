import Logging
import Synchronization
import Telemetry
import Testing
import Transport

@testable import Server

@Suite struct RefusedConnectionsTests {
    private let log = LogBook()
    private let registry = MetricRegistry()
    private let clock = PlayedClock()

    private final class PlayedClock: Sendable {
        private let now = Mutex(Deadline.now())
        func pass(_ time: Duration) { now.withLock { $0 = $0.advanced(by: Patience(time)) } }
        @Sendable func read() -> Deadline { now.withLock { $0 } }
    }

    private func count(_ reason: String) -> String? {
        String(decoding: registry.render(), as: UTF8.self).split(separator: "\n").last {
            $0.hasPrefix("keyward_connections_refused_total{reason=\"\(reason)\"}")
        }.map { String($0.split(separator: " ")[1]) }
    }

    @Test func anEpisodeIsOneLineHoweverLongItLasts() {
        let refused = RefusedConnections(registry, log.logger(), clock: clock.read)
        for _ in 0..<20 {
            refused.note(.exhausted(.system(call: "accept4", errno: 24)))
            clock.pass(.seconds(9))
        }
        #expect(log.lines.count == 1)
        #expect(log.lines[0].level == .error && log.lines[0].fields["error"]?.contains("Too many open files") == true)
        #expect(count("exhausted") == "20")
        clock.pass(.seconds(2))
        refused.note(.exhausted(.system(call: "accept4", errno: 24)))
        #expect(log.lines.count == 2)
    }

    @Test func eachReasonHasItsCountAndItsEpisodes() {
        let refused = RefusedConnections(registry, log.logger(), clock: clock.read)
        func counts() -> [String?] { ["limit", "address-limit", "ops-limit", "exhausted"].map(count) }
        #expect(counts() == ["0", "0", "0", "0"])
        for _ in 0..<3 {
            refused.note(.full)
            refused.noteOps(.full)
            refused.note(.fullForAddress(Address(ipv4: 0x7f00_0001, port: 7)))
        }
        #expect(counts() == ["3", "3", "3", "0"])
        #expect(log.lines.map(\.level) == [.warning, .warning, .warning])
        #expect(log.lines[0].message.contains("--max-connections "))
        #expect(log.lines[1].message.contains("the ops port"))
        #expect(log.lines[2].message.contains("--max-connections-per-address "))
        #expect(log.lines[2].fields["peer"]?.contains("127.0.0.1") == true)
    }
}
