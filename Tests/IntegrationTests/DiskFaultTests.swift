import Foundation
import Glibc
import Testing

/// Real file systems that take no more, under a server that runs.
@Suite struct DiskFaultTests {
    private static let need: Comment = "needs root and mount namespaces"

    /// Whether the server says of itself that it cannot write; nothing when its places do not agree.
    private func refuses(_ site: Site) throws -> Bool? {
        let (ready, health) = (try site.http.get("/readyz").status, try site.http.get("/health").status)
        return ready == health ? ready == 503 : nil
    }

    private func patient(_ id: String, _ size: Int) -> String {
        #"{"resourceType": "Patient", "id": "\#(id)", "a": "\#(String(repeating: "x", count: size))"}"#
    }

    @Test(.enabled(if: MountSpace.hasTmpfs, need))
    func aFullFileSystemRefusesWritesAndGoesOnByItselfWhenThereIsRoom() throws {
        let space = try MountSpace(.tmpfs, size: 4 << 20)
        let site = try Site.withClient(arguments: ["--store", "\(space.point)/data"], in: space)
        var stored: [String] = []
        var refused: Answer?
        while refused == nil, stored.count < 100 {
            let id = "p\(stored.count)"
            let answer = try site.http.put("/fhir/Patient/\(id)", patient(id, 200_000), Site.basic)
            if answer.status == 201 { stored.append(id) } else { refused = answer }
        }
        #expect(refused?.status == 507 && refused?.isOutcome == true, "\(stored.count): \(refused?.text ?? "none")")
        #expect(stored.count > 5 && stored.count < 25)
        // What is left goes to somebody else.
        let filler = try #require(FileHandle(forWritingAtPath: creating("\(space.seen)/filler")))
        while (try? filler.write(contentsOf: Data(count: 4_096))) != nil {}
        #expect(try site.http.put("/fhir/Patient/last", patient("last", 10_000), Site.basic).status == 507)
        #expect(try eventually(within: .seconds(3)) { try refuses(site) == true })
        for id in stored {
            #expect(try site.http.get("/fhir/Patient/\(id)", Site.basic).version == 1, "reading goes on")
        }
        #expect(try site.http.get("/fhir/Patient/last", Site.basic).status == 404)
        let errors = site.server.logLines.filter { $0.text.contains("No space left on device") }
        #expect(!errors.isEmpty, "\(site.server.log)")
        #expect(site.server.logLines.contains { $0.message == "the store takes no writes" && $0.level == "error" })

        try filler.close()
        try FileManager.default.removeItem(atPath: "\(space.seen)/filler")
        // No write has to try it, nor does `/health`, which does so by itself.
        #expect(try eventually(within: .seconds(5)) { try site.http.get("/readyz").status == 200 })
        #expect(try eventually(within: .seconds(3)) { try refuses(site) == false })
        #expect(site.server.logLines.contains { $0.message == "the store takes writes again" })
        #expect(try site.http.put("/fhir/Patient/last", patient("last", 10_000), Site.basic).status == 201)
        site.server.kill()
        try site.start()
        for id in stored + ["last"] { #expect(try site.http.get("/fhir/Patient/\(id)", Site.basic).version == 1) }
    }

    private func creating(_ path: String) -> String {
        FileManager.default.createFile(atPath: path, contents: nil) ? path : ""
    }

    @Test(.enabled(if: MountSpace.hasTmpfs, need))
    func aCompactionWithoutRoomChangesNothingAndIsDoneWhenThereIs() throws {
        // More than half of it is the journal.
        let space = try MountSpace(.tmpfs, size: 100 << 20)
        let store = "\(space.point)/data"
        try space.run(BigJournal.writing(to: store))
        let site = try Site.withClient(arguments: ["--store", store, "--ops-port", "0"], in: space)
        let ops = HTTPClient(port: try #require(site.server.opsPort))
        let failed = { try ops.metrics()[#"keyward_store_compactions_total{result="failed"}"#] }
        #expect(try failed() == 0)
        // More than 64 MiB now.
        #expect(try site.http.put("/fhir/Patient/last", patient("last", 2_000_000), Site.basic).status == 201)
        #expect(try eventually { try failed() == 1 })
        let lines = try site.server.logLines { $0.message?.hasPrefix("the store could not be compacted") == true }
        #expect(lines.count == 1 && lines[0].level == "error" && lines[0].text.contains("No space left on device"))
        // The unfinished base is gone, and with it the want of room.
        #expect(try site.http.put("/fhir/Patient/more", patient("more", 2_000_000), Site.basic).status == 201)
        #expect(try refuses(site) == false)
        site.server.kill()

        let again = try space.keyward(["store", "compact", "--store", store])
        #expect(again.status == 74 && again.errors.contains("No space left on device"), "\(again.errors)")
        try space.run(["mount", "-o", "remount,size=\(300 << 20)", space.point])
        let roomy = try space.keyward(["store", "compact", "--store", store])
        #expect(roomy.status == 0, "\(roomy.errors)")
        try site.start()
        for id in BigJournal.ids + ["last", "more"] {
            #expect(try site.http.head("/fhir/Patient/\(id)", Site.basic)["ETag"] == #"W/"1""#)
        }
    }

    /// As ext4 does when it has found an error: mounted with `errors=remount-ro`.
    @Test(.enabled(if: MountSpace.hasExt4, "needs root, loop devices and mkfs.ext4"))
    func onAFileSystemThatHasBecomeReadOnlyReadsGoOnAndARestartRecovers() throws {
        let space = try MountSpace(.ext4, options: "errors=remount-ro")
        let site = try Site.withClient(arguments: ["--store", "\(space.point)/data"], in: space)
        #expect(try site.http.put("/fhir/Patient/a", patient("a", 10), Site.basic).status == 201)
        // Nobody takes the right to write from a server by hand: the kernel refuses it.
        #expect(throws: HarnessFault.self) { try space.run(["mount", "-o", "remount,ro", space.point]) }

        let device = try space.run(["findmnt", "-n", "-o", "SOURCE", space.point]).split(separator: "\n")[0]
        let name = device.split(separator: "/").last ?? ""
        try space.run(["sh", "-c", "echo test >/sys/fs/ext4/\(name)/trigger_fs_error"])
        for _ in 0..<2 {
            let refused = try site.http.put("/fhir/Patient/b", patient("b", 10), Site.basic)
            #expect(refused.status == 503 && refused.isOutcome, "\(refused)")
        }
        #expect(try eventually(within: .seconds(3)) { try refuses(site) == true })
        #expect(try site.http.get("/fhir/Patient/a", Site.basic).version == 1)
        #expect(try site.http.get("/fhir/Patient/b", Site.basic).status == 404)
        let told = site.server.logLines.filter { $0.text.contains("Read-only file system") }
        #expect(!told.isEmpty, "\(site.server.log)")

        site.server.kill()
        try space.unmount()
        try space.mount()
        try site.start()
        #expect(try site.http.get("/fhir/Patient/a", Site.basic).version == 1)
        #expect(try site.http.put("/fhir/Patient/b", patient("b", 10), Site.basic).status == 201)
    }
}
