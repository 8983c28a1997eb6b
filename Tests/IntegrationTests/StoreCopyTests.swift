import Foundation
import Glibc
import Synchronization
import Testing

/// `keyward store backup` and `keyward store repair`.
@Suite struct StoreCopyTests {
    private func dump(_ folder: String) throws -> String {
        let report = try ChildProcess.keyward(["store", "dump", "--store", folder])
        #expect(report.status == 0, "\(report.errors)")
        return report.output
    }

    @Test func aBackupBesideWritersHoldsEveryWriteThatWasAnsweredBeforeAndIsRestoredByCopying() throws {
        let site = try Site.withRoot()
        let (port, store) = (site.server.port, site.folder.at("data"))
        let acknowledged = Mutex<[String: Int]>([:])
        let isWriting = Flag()
        for writer in 0..<4 {
            isWriting.enter()
            Thread.detachNewThread {
                defer { isWriting.leave() }
                let http = HTTPClient(port: port)
                var count = 0
                while isWriting.isSet {
                    let id = "w\(writer)-\(count % 9)"
                    count += 1
                    let body = #"{"resourceType": "Patient", "id": "\#(id)", "count": \#(count)}"#
                    guard let answer = try? http.put("/fhir/Patient/\(id)", body, Site.root),
                        let version = answer.version
                    else { continue }
                    acknowledged.withLock { $0[id] = version }
                }
            }
        }
        #expect(eventually { acknowledged.withLock { $0.count } == 36 })
        var before: [[String: Int]] = []
        for number in 0..<3 {
            before.append(acknowledged.withLock { $0 })
            let report = try ChildProcess.keyward(
                ["store", "backup", site.folder.at("backup\(number)"), "--store", store])
            #expect(report.status == 0, "\(report.errors)")
            #expect(report.output.contains("37 resources") && report.output.contains("verified"), "\(report.output)")
        }
        #expect(acknowledged.withLock { $0.values.reduce(0, +) } > before[2].values.reduce(0, +), "writers went on")
        #expect(isWriting.end())
        #expect(try site.server.terminate() == .exited(0))

        for number in 0..<3 {
            let backup = site.folder.at("backup\(number)")
            #expect(try StoreReader.read(backup) == dump(backup))
            try FileManager.default.removeItem(atPath: store)
            try FileManager.default.copyItem(atPath: backup, toPath: store)
            try site.start()
            for (id, version) in before[number] {
                let found = try site.http.get("/fhir/Patient/\(id)", Site.root)
                #expect(found.status == 200 && (found.version ?? 0) >= version, "\(id) in backup \(number)")
            }
            #expect(try site.server.terminate() == .exited(0))
        }
    }

    /// With bodies so large that the store is compacted by itself: backups while it is, and behind it.
    @Test func aBackupBesideACompactionHoldsEveryWriteThatWasAnsweredBefore() throws {
        let site = try Site.withRoot()
        let (port, store) = (site.server.port, site.folder.at("data"))
        let acknowledged = Mutex<[String: Int]>([:])
        let isWriting = Flag()
        let compactions = Counter()
        isWriting.enter()
        Thread.detachNewThread {
            defer { isWriting.leave() }
            let http = HTTPClient(port: port)
            var count = 0
            while isWriting.isSet {
                let id = "p\(count % 3)"
                count += 1
                let padding = String(repeating: "x", count: compactions.count == 0 ? 1_900_000 : 1_000)
                let body = #"{"resourceType": "Patient", "id": "\#(id)", "x": "\#(padding)"}"#
                guard let version = try? http.put("/fhir/Patient/\(id)", body, Site.root).version else { continue }
                acknowledged.withLock { $0[id] = version }
            }
        }
        func names(_ folder: String) -> [String] {
            (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        }
        #expect(eventually(within: .seconds(120)) { names(store).contains { $0.hasPrefix("base-") } })
        compactions.add()
        let backup = site.folder.at("backup")
        var isCompacted = false
        for _ in 0..<60 where !isCompacted {
            let before = acknowledged.withLock { $0 }
            let report = try ChildProcess.keyward(["store", "backup", backup, "--store", store])
            #expect(report.status == 0, "\(report.errors)")
            isCompacted = names(backup).contains { $0.hasPrefix("base-") }
            var found: [String: Int] = [:]
            for line in try StoreReader.read(backup).split(separator: "\n") {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                let meta = object?["meta"] as? [String: String]
                found[object?["id"] as? String ?? ""] = meta?["versionId"].flatMap { Int($0) }
            }
            for (id, version) in before { #expect(found[id, default: 0] >= version, "\(id)") }
            try FileManager.default.removeItem(atPath: backup)
        }
        #expect(isWriting.end())
        #expect(isCompacted)
        #expect(try ChildProcess.keyward(["store", "verify", "--read-only", "--store", store]).status == 0)
    }

    @Test func aCopyIsForItsOwnerAloneAndNothingIsOverwritten() throws {
        let site = try Site.withClient()
        let (store, backup) = (site.folder.at("data"), site.folder.at("backup"))
        #expect(try ChildProcess.keyward(["store", "backup", backup, "--store", store]).status == 0)
        var attributes = try FileManager.default.attributesOfItem(atPath: backup)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: backup) {
            attributes = try FileManager.default.attributesOfItem(atPath: "\(backup)/\(name)")
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        // There already; inside the store, also through a link; below nothing.
        try FileManager.default.createSymbolicLink(atPath: site.folder.at("link"), withDestinationPath: store)
        for target in [backup, "\(store)/backup", site.folder.at("link/backup"), site.folder.at("none/backup")] {
            let report = try ChildProcess.keyward(["store", "backup", target, "--store", store])
            #expect(report.status == 74 && report.errors.contains(target), "\(target): \(report.errors)")
        }
        let repair = try ChildProcess.keyward(["store", "repair", "--to", site.folder.at("new"), "--store", store])
        #expect(repair.status == 69, "a server holds it: \(repair.errors)")
        #expect(try ChildProcess.keyward(["store", "backup", "", "--store", store]).status == 64)
        #expect(try ChildProcess.keyward(["store", "repair", "--store", store]).status == 64)
        let names = try FileManager.default.contentsOfDirectory(atPath: site.folder.path)
        #expect(!names.contains { $0.contains("unfinished") || $0 == "new" }, "\(names)")
    }

    @Test(.enabled(if: Sanitizer.bearsFileLimit)) func aBackupThatRunsOutOfRoomLeavesNothing() throws {
        let site = try Site.withClient()
        let body = String(repeating: "x", count: 40_000)
        for id in 0..<3 {
            #expect(
                try site.http.put(
                    "/fhir/Patient/\(id)", #"{"resourceType":"Patient","id":"\#(id)","x":"\#(body)"}"#, Site.basic
                ).status == 201)
        }
        let report = try ChildProcess.run([
            "/bin/sh", "-c", #"trap "" XFSZ; ulimit -f 100; exec "$0" store backup "$1" --store "$2""#,
            KeywardBinary.path(), site.folder.at("backup"), site.folder.at("data"),
        ])
        #expect(report.status == 74 && report.errors.contains("File too large"), "\(report.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: site.folder.path)
        #expect(!names.contains { $0.hasPrefix("backup") }, "\(names)")
    }

    /// A store at rest, compacted, with more commits behind its base.
    private func filled() throws -> Site {
        let site = try Site.withClient()
        for round in 1...4 {
            for id in ["a", "b", "c"] {
                let body = #"{"resourceType":"Patient","id":"\#(id)","round":\#(round)}"#
                #expect(try site.http.put("/fhir/Patient/\(id)", body, Site.basic).version == round)
            }
            guard round == 2 else { continue }
            #expect(try site.server.terminate() == .exited(0))
            #expect(try ChildProcess.keyward(["store", "compact", "--store", site.folder.at("data")]).status == 0)
            try site.start()
        }
        #expect(try site.server.terminate() == .exited(0))
        return site
    }

    /// Puts another byte into the line that holds a text.
    private func damage(_ file: String, _ text: String) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        let place = try #require(bytes.firstRange(of: Array(text.utf8))).lowerBound
        bytes[place + 1] = UInt8(ascii: "#")
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    @Test(arguments: [
        ("base-000000000007.ndjson", #"round":1"#, "version 1 of Patient/a is lost, of its history alone", 4, 1),
        ("journal-000000000007.ndjson", #"round":3"#, "version 3 of Patient/a is lost, of its history alone", 4, 1),
        ("journal-000000000007.ndjson", #"round":4"#, "version 4 of Patient/a is lost, the newest one", 5, 1),
        ("base-000000000007.ndjson", #"keyward-base"#, "this is not the header", 4, 0),
    ])
    func whateverIsDamagedTheRestIsSavedAndServed(
        _ file: String, _ text: String, _ told: String, _ version: Int, _ status: Int32
    ) throws {
        let site = try filled()
        let (store, new) = (site.folder.at("data"), site.folder.at("new"))
        try damage("\(store)/\(file)", text)
        let before = filesBelow(store).filter { $0.name != "lock" }.map(\.bytes)
        let fault = #expect(throws: KeywardProcess.StartFault.self) { try site.start() }
        #expect(fault?.status == 74 && fault?.errors.contains("keyward store repair --store \(store)") == true)
        let verified = try ChildProcess.keyward(["store", "verify", "--store", store])
        #expect(verified.status == 1 && verified.output.contains("keyward store repair --store \(store)"))
        let report = try ChildProcess.keyward(["store", "repair", "--store", store, "--to", new])
        #expect(report.status == status, "\(report.output) \(report.errors)")
        #expect(report.output.contains(told) || status == 0, "\(report.output)")
        #expect(filesBelow(store).filter { $0.name != "lock" }.map(\.bytes) == before)
        #expect(try ChildProcess.keyward(["store", "verify", "--store", new]).status == 0)
        #expect(try StoreReader.read(new) == dump(new))

        try FileManager.default.removeItem(atPath: store)
        try FileManager.default.moveItem(atPath: new, toPath: store)
        try site.start()
        #expect(try site.http.get("/fhir/Patient/a", Site.basic).version == version)
        for id in ["b", "c"] { #expect(try site.http.get("/fhir/Patient/\(id)", Site.basic).version == 4) }
    }
}
