import Foundation
import Testing

/// What was answered before the power went is there afterwards, on real file systems.
///
/// What was answered in the cut itself does not count: there the kernel was seen to report a sync as done that was not.
@Suite(.serialized) struct PowerCutTests {
    @Test(.enabled(if: MountSpace.hasExt4, "needs root, loop devices and mkfs.ext4"))
    func whatWasAnsweredBeforeAPowerCutIsThereOnExt4() throws { try cut(.ext4) }

    @Test(.enabled(if: MountSpace.hasXFS, "needs root, loop devices and mkfs.xfs"))
    func whatWasAnsweredBeforeAPowerCutIsThereOnXFS() throws { try cut(.xfs) }

    private func cut(_ system: MountSpace.FileSystem) throws {
        let space = try MountSpace(system)
        let store = "\(space.point)/data"
        let site = try Site.withClient(arguments: ["--store", store], in: space)
        let ledger = Ledger()
        var broken = 0
        let rounds = CrashTests.isSoak ? 100 : max(1, 6 / Sanitizer.patience)
        for round in 0..<rounds {
            let enough = ledger.answers + 20 + round * 13 % 200
            let breaker = Thread {
                _ = eventually(within: .seconds(20)) { ledger.answers >= enough }
                ledger.close()
                do { try space.cutPower() } catch { Issue.record("\(error)") }
            }
            breaker.start()
            let port = site.server.port
            _ = try inParallel(4) {
                try LedgerWriter(number: $0, ledger: ledger, credentials: Site.basic).write(to: port)
            }
            #expect(eventually { breaker.isFinished } && ledger.answers >= enough)
            let refused = try site.http.put("/fhir/Patient/late", Ledger.body("late", 1), Site.basic)
            #expect(refused.status == 503 && refused.isOutcome, "\(refused)")
            #expect(try site.status() == 200, "reading goes on")
            site.server.kill()
            try space.unmount()
            try space.mount()
            if round % 2 == 1 {
                // The power goes once more, while the store is compacted.
                let compaction = try StoreCompaction(of: store, in: space)
                compaction.hasBegun()
                usleep(UInt32(round * 1_009 % 12_000))
                try space.cutPower()
                broken += try compaction.wait() == .exited(0) ? 0 : 1
                try space.unmount()
                try space.mount()
            }
            try site.start()
            let wrongs = try ledger.settle(site.http, Site.basic)
            #expect(wrongs.isEmpty, "round \(round)")
        }
        #expect(try site.server.terminate() == .exited(0))
        let verified = try space.keyward(["store", "verify", "--store", store])
        #expect(verified.status == 0, "\(verified.output)")
        report(
            "power cuts on \(system.rawValue): \(rounds), and \(broken) that broke a compaction, "
                + "\(ledger.answers) writes")
    }
}
