import Glibc
import Logging
import Synchronization
import Telemetry
import Testing
import Transport

@testable import Server

@Suite struct AuditNoticesTests {
    @Test func lossesAreCountedAllAndLoggedOnceASecond() throws {
        let time = Mutex(Deadline.now())
        let (registry, log) = (MetricRegistry(), LogBook())
        let notices = AuditNotices(registry, log.logger()) { time.withLock { $0 } }
        let fault = AuditFault.system(call: "write", target: "/a", code: ENOSPC)
        notices.note(.written(lines: 5))
        #expect(log.lines.isEmpty)
        for _ in 0..<3 { notices.note(.refused(lines: 2, fault)) }
        notices.note(.dropped)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.level == .error)
        #expect(log.lines.first?.fields["error"] == "\(fault)")
        time.withLock { $0 = $0.advanced(by: Patience(.seconds(1))) }
        notices.note(.dropped)
        #expect(log.lines.count == 2)
        #expect(log.lines.last?.fields["failures"] == "8")
        let metrics = String(decoding: registry.render(), as: UTF8.self)
        #expect(metrics.contains("\nkeyward_audit_events_total 5\n"))
        #expect(metrics.contains("\nkeyward_audit_failures_total 8\n"))
    }
}
