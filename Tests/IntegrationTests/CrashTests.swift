import Foundation
import Glibc
import Synchronization
import Testing

/// What was acknowledged survives whatever ends the server.
@Suite struct CrashTests {
    private struct Acknowledged {
        let version: Int
        let round: Int?
        let count: Int?
    }

    @Test func everyAcknowledgedWriteIsFoundAgainAfterKill9() throws {
        let site = try Site.withRoot()
        let acknowledged = Mutex<[String: Acknowledged]>([:])
        let writers = 4
        for round in 0..<10 {
            let port = site.server.port
            let started = Counter()
            let killer = Thread { [server = site.server] in
                // In the middle: after some acknowledgements, at a different count each round.
                _ = eventually(within: .seconds(20)) { started.count >= 10 + round * 7 }
                server.kill()
            }
            killer.start()
            _ = try inParallel(writers) { writer in
                let http = HTTPClient(port: port)
                for count in 0... {
                    let id = "w\(writer)-\(count % 5)"
                    guard
                        let answer = try? http.put(
                            "/fhir/Patient/\(id)",
                            #"{"resourceType": "Patient", "id": "\#(id)", "round": \#(round), "count": \#(count)}"#,
                            Site.root)
                    else { return }
                    guard answer.status == 200 || answer.status == 201 else {
                        throw HarnessFault("a write was refused: \(answer.status) \(answer.text)")
                    }
                    started.add()
                    let version = try #require(answer.version)
                    acknowledged.withLock { $0[id] = Acknowledged(version: version, round: round, count: count) }
                }
            }
            #expect(started.count >= 10 + round * 7, "the server was killed while it wrote")
            #expect(eventually { !site.server.isRunning })
            try site.start()
            for (id, last) in acknowledged.withLock({ $0 }) {
                let found = try site.http.get("/fhir/Patient/\(id)", Site.root)
                #expect(found.status == 200, "\(id) in round \(round)")
                // One more may have reached the disk without its acknowledgement reaching us.
                let version = try #require(found.version)
                #expect([last.version, last.version + 1].contains(version), "\(id): \(version) after \(last.version)")
                let (round, count) = (try found.json["round"] as? Int, try found.json["count"] as? Int)
                if version == last.version { #expect(round == last.round && count == last.count) }
                // What was found now never goes back.
                acknowledged.withLock { $0[id] = Acknowledged(version: version, round: round, count: count) }
            }
        }
        #expect(acknowledged.withLock { $0.count } == writers * 5)
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
