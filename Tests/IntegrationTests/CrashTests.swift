import Foundation
import Glibc
import Testing

/// What was acknowledged survives whatever ends the server.
@Suite struct CrashTests {
    static let isSoak = ProcessInfo.processInfo.environment["KEYWARD_SOAK"] == "1"

    /// 25 rounds, 500 in `make soak`. Between them the store is compacted, now and then to its end and now and then
    /// until that is killed too.
    @Test func everyAcknowledgedWriteIsFoundAgainAfterKill9() throws {
        let site = try Site.withRoot(arguments: ["--store-history", "2"])
        let store = site.folder.at("data")
        let ledger = Ledger()
        var (compacted, broken) = (0, 0)
        let rounds = Self.isSoak ? 500 : 25 / Sanitizer.patience
        for round in 0..<rounds {
            // In the middle: after some acknowledgements, at a different count each round.
            let enough = ledger.answers + 10 + round * 7 % 90
            let killer = Thread { [server = site.server] in
                _ = eventually(within: .seconds(20)) { ledger.answers >= enough }
                server.kill()
            }
            killer.start()
            let port = site.server.port
            _ = try inParallel(4) {
                try LedgerWriter(number: $0, ledger: ledger, credentials: Site.root).write(to: port)
            }
            #expect(ledger.answers >= enough, "the server was killed while it wrote")
            #expect(eventually { !site.server.isRunning })
            if round % 3 == 0 {
                let compaction = try StoreCompaction(of: store, ["--store-history", "2"])
                if round % 6 == 0 {
                    compaction.hasBegun()
                    usleep(UInt32(round * 997 % 12_000))
                    compaction.kill()
                    broken += compaction.isHalfDone ? 1 : 0
                } else {
                    #expect(try compaction.wait() == .exited(0))
                    compacted += 1
                }
            }
            try site.start()
            let wrongs = try ledger.settle(site.http, Site.root)
            #expect(wrongs.isEmpty, "round \(round)")
        }
        site.server.kill()
        let verified = try ChildProcess.keyward(["store", "verify", "--store", store])
        #expect(verified.status == 0, "\(verified.output)")
        report(
            "kill -9: \(rounds) rounds, \(ledger.answers) writes, \(compacted) compactions, \(broken) killed half-way")
    }

    /// The compaction that a server begins by itself, beside the writers; killed before it is done, it begins again.
    @Test func nothingIsLostWhenAServerIsKilledWhileItCompacts() throws {
        let folder = try TemporaryFolder()
        let store = folder.at("data")
        _ = try ChildProcess.run(["/usr/bin/env"] + BigJournal.writing(to: store))
        let site = try Site.withRoot(arguments: ["--store", store])
        let names = { @Sendable in try FileManager.default.contentsOfDirectory(atPath: store) }
        // A few KiB more, and it compacts.
        let big = #"{"resourceType": "Patient", "id": "big", "a": "\#(String(repeating: "x", count: 1_095_000))"}"#
        #expect(try site.http.put("/fhir/Patient/big", big, Site.root).status == 201)
        let ledger = Ledger()
        var (round, halfDone) = (0, 0)
        repeat {
            let delay = UInt32(round * 37_003 % 400_000)
            let killer = Thread { [server = site.server] in
                _ = eventually(within: .seconds(20)) { (try? names())?.contains { $0.hasPrefix("base-") } == true }
                usleep(delay)
                server.kill()
            }
            killer.start()
            let port = site.server.port
            _ = try inParallel(2) {
                try LedgerWriter(number: $0, ledger: ledger, credentials: Site.root).write(to: port)
            }
            #expect(eventually { !site.server.isRunning })
            halfDone += try names().contains { $0.hasSuffix(".new") } ? 1 : 0
            try site.start()
            #expect(try ledger.settle(site.http, Site.root).isEmpty, "round \(round)")
            for id in BigJournal.ids + ["big"] {
                #expect(try site.http.head("/fhir/Patient/\(id)", Site.root)["ETag"] == #"W/"1""#)
            }
            round += 1
        } while try round < (Self.isSoak ? 20 : 3) / Sanitizer.patience && !names().contains { $0.hasPrefix("base-") }
        report("kill -9 of a server that compacts: \(halfDone) half-way, \(ledger.answers) writes beside it")
        #expect(halfDone > 0)
    }

    @Test func aTornTailIsCutAndLogged() throws {
        let site = try Site.withClient()
        #expect(try site.server.terminate() == .exited(0))
        let journal = site.folder.at("data/journal.ndjson")
        let whole = try #require(FileManager.default.contents(atPath: journal))
        try (whole + Data(#"{"crc":"00000000","seq":2,"ty"#.utf8)).write(to: URL(fileURLWithPath: journal))
        try site.start()
        #expect(try site.status() == 200)
        let lines = site.server.logLines.filter { $0.level == "warning" && $0.text.contains("journal.ndjson") }
        #expect(lines.count == 1, "\(site.server.log)")
        #expect(FileManager.default.contents(atPath: journal) == whole)
    }

    @Test func fiftyParallelUpdatesOnOneVersionHaveOneWinner() throws {
        let site = try Site.withClient()
        let body = #"{"resourceType": "Patient", "id": "p"}"#
        #expect(try site.http.put("/fhir/Patient/p", body, Site.basic).status == 201)
        let port = site.server.port
        let statuses = try inParallel(50) { index in
            try HTTPClient(port: port).put(
                "/fhir/Patient/p", #"{"resourceType": "Patient", "id": "p", "winner": \#(index)}"#,
                Site.basic + [("If-Match", #"W/"1""#)]
            ).status
        }
        #expect(statuses.filter { $0 == 200 }.count == 1)
        #expect(statuses.filter { $0 == 412 }.count == 49, "\(statuses)")
        let read = try site.http.get("/fhir/Patient/p", Site.basic)
        #expect(read.version == 2)
        #expect(try read.json["winner"] as? Int == statuses.firstIndex(of: 200))
    }

    @Test func fiftyParallelUpdatesWithoutAConditionAreFiftyVersions() throws {
        let site = try Site.withClient()
        let port = site.server.port
        let versions = try inParallel(50) { _ in
            try HTTPClient(port: port).put("/fhir/Patient/p", #"{"resourceType": "Patient", "id": "p"}"#, Site.basic)
                .version
        }
        #expect(Set(versions) == Set((1...50).map { Optional($0) }))
    }
}
