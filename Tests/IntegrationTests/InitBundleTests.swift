import Foundation
import Testing

/// `--init-bundle` on the real binary: Clients that come from a file.
@Suite struct InitBundleTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func bundle(_ clients: (id: String, more: String)...) -> String {
        let entries = clients.map { id, more in
            #"{"request": {"method": "PUT", "url": "Client/\#(id)"}, "resource": \#(ClientBody.text(id, more: more))}"#
        }
        return #"{"resourceType": "Bundle", "type": "transaction", "entry": [\#(entries.joined(separator: ", "))]}"#
    }

    private func write(_ text: String) throws -> String { try folder.write(text, to: "a bundle.json") }

    private func versions(_ site: Site, _ ids: String...) throws -> [Int?] {
        try ids.map { try site.http.get("/fhir/Client/\($0)").version }
    }

    private func counts(_ site: Site) throws -> [Int] {
        let line = try #require(try site.server.logLines { $0.message == "init bundle applied" }.first).text
        return try ["changed", "unchanged"].map { name in
            let found = try #require(line.firstMatch(of: Regex("\"\(name)\":([0-9]+)")), "\(line)")
            return try #require(Int(found.output[1].substring ?? ""))
        }
    }

    private func restart(_ site: Site) throws {
        #expect(try site.server.terminate() == .exited(0))
        try site.start()
    }

    @Test func aCommitOfSeveralIsReadByTheLengthsInIt() throws {
        // As a line of the journal has it, in the body of the one before.
        let trap = #", "x": {"type": "Client", "id": "other", "version": 1, "action": "put", "resource": {}}"#
        let path = try write(Self.bundle(("basic", trap), ("other", ""), ("third", trap)))
        let site = try Site(arguments: ["--init-bundle", path])
        #expect(try site.server.terminate() == .exited(0))
        let dump = try ChildProcess.keyward(["store", "dump", "--store", site.folder.at("data")]).output
        #expect(dump.split(separator: "\n").count == 3)
        #expect(try StoreReader.read(site.folder.at("data")) == dump)
    }

    @Test func eachStartPutsWhatDiffersAndNothingElse() throws {
        let path = try write(Self.bundle(("basic", ""), ("other", "")))
        let site = try Site(arguments: ["--init-bundle", path, "--audit-log", folder.at("audit.ndjson")])
        #expect(try site.status() == 200, "a Client of the bundle authenticates at once")
        #expect(try counts(site) == [2, 0])
        try restart(site)
        #expect(try versions(site, "basic", "other") == [1, 1])
        #expect(try counts(site) == [0, 2])

        _ = try write(Self.bundle(("basic", ""), ("other", #", "name": "n""#)))
        #expect(try site.http.delete("/fhir/Client/basic").status == 204)
        try restart(site)
        #expect(try versions(site, "basic", "other") == [3, 2], "revived, and changed")
        #expect(try counts(site) == [2, 0])
        #expect(try site.status() == 200)

        _ = try write(Self.bundle(("basic", "")))
        try restart(site)
        #expect(try versions(site, "basic", "other") == [3, 2], "what is no longer named stays")
        let changes = try AuditLine.lines(of: folder.text(of: "audit.ndjson")).map(\.code).filter {
            !$0.hasPrefix("secret")
        }
        #expect(changes == ["update 0", "update 0", "delete 0", "update 0", "update 0"])
        #expect(try site.server.terminate() == .exited(0))
        let verified = try ChildProcess.keyward(["store", "verify", "--store", site.folder.at("data")])
        #expect(verified.status == 0 && verified.output.contains(" 3 sound commits"), "\(verified)")
    }

    @Test(arguments: ["KEYWARD_INIT_BUNDLE", "BOX_INIT_BUNDLE"])
    func eitherVariableTakesAFileURLAndAStoreInMemory(variable: String) throws {
        let path = try write(Self.bundle(("basic", "")))
        let url = "file://" + path.replacingOccurrences(of: " ", with: "%20")
        let site = try Site(arguments: ["--store", "memory:"], environment: [variable: url])
        #expect(try site.status() == 200)
    }

    @Test func aFaultStopsTheStartWithItsPlaceAndNothingOfTheBundleIsThere() throws {
        let path = try write(Self.bundle(("basic", ""), ("other", ""), ("third", #", "secret": "s3cret-value""#)))
        let site = try Site(arguments: ["--audit-log", folder.at("audit.ndjson")])
        try site.put(ClientBody.text("before"), id: "before")
        #expect(try site.server.terminate() == .exited(0))
        let before = site.folder.text(of: "data/journal.ndjson")
        let fault = try #require(throws: KeywardProcess.StartFault.self) {
            try site.start(adding: ["--init-bundle", path])
        }
        #expect(fault.status == 78)
        #expect(
            fault.errors.hasPrefix(#"keyward: --init-bundle "\#(path)" cannot be applied: Bundle.entry[2].resource: "#))
        #expect(fault.errors.split(separator: "\n").count == 1 && !fault.errors.contains("s3cret-value"))
        #expect(site.folder.text(of: "data/journal.ndjson") == before)
        let checked = try ChildProcess.keyward(["check", "--init-bundle", path, "--store", site.folder.at("data")])
        #expect(checked.status == 1 && !checked.output.contains("s3cret-value"))
        #expect(checked.output.contains("error init-bundle-faulty: \(path): Bundle.entry[2].resource: "))
    }

    private static let client = #"{"resourceType": "Client", "id": "a"}"#
    private static let other = #"{"resourceType": "Client", "id": "b"}"#

    /// With a fault in the second entry.
    private static func faulty(_ method: String, _ url: String, _ resource: String = client) -> String {
        let request = #"{"method": "\#(method)", "url": "\#(url)"}"#
        return #"{"resourceType": "Bundle", "type": "transaction", "entry": ["#
            + #"{"request": {"method": "PUT", "url": "Client/b"}, "resource": \#(other)}, "#
            + #"{"request": \#(request), "resource": \#(resource)}]}"#
    }

    /// What stops a start is what `keyward check` reports, with the same place and words.
    @Test(arguments: [
        ("", "Bundle"), ("\u{feff}{}", "Bundle"), (client, "Bundle"), ("[", "Bundle"), ("{\"a\": \"\u{0}\"}", "Bundle"),
        (#"{"resourceType": "Bundle", "type": "batch"}"#, "Bundle.type"),
        (#"{"resourceType": "Bundle", "type": "transaction", "entry": null}"#, "Bundle.entry"),
        (faulty("POST", "Client"), "Bundle.entry[1].request.method"),
        (faulty("PUT", "Client?_id=a"), "Bundle.entry[1].request.url"),
        (faulty("PUT", "http://localhost/fhir/Client/a"), "Bundle.entry[1].request.url"),
        (faulty("PUT", "Client/b"), "Bundle.entry[1].request.url"),
        (faulty("PUT", #"Client/a", "ifNoneMatch": "*"#), "Bundle.entry[1].request"),
        (faulty("PUT", "Client/a", ClientBody.text("a", more: #", "secret": "s3cret""#)), "Bundle.entry[1].resource"),
        (faulty("PUT", "Client/b", other), "Bundle.entry[1]"),
    ])
    func checkSaysOfAFaultWhatTheStartSays(text: String, place: String) throws {
        let settings = ["--init-bundle", try write(text), "--store", folder.at("data"), "--port", "0"]
        let start = try ChildProcess.keyward(["serve"] + settings)
        #expect(start.status == 78 && filesBelow(folder.at("data")).isEmpty, "\(start)")
        let words = try #require(start.errors.split(separator: " cannot be applied: ").last?.dropLast())
        #expect(words.hasPrefix("\(place): ") && !words.contains("\n"), "\(start)")
        let checked = try ChildProcess.keyward(["check"] + settings)
        #expect(checked.status == 1 && checked.output.contains(words), "\(checked)")
        #expect(!(start.errors + checked.output).contains("s3cret"))
    }

    @Test func aBundleThatIsNotThereStopsTheStart() throws {
        let fault = try #require(throws: KeywardProcess.StartFault.self) {
            _ = try Site(environment: ["BOX_INIT_BUNDLE": "file://\(folder.at("none"))"])
        }
        #expect(fault.status == 78)
        #expect(fault.errors.hasPrefix(#"keyward: BOX_INIT_BUNDLE "\#(folder.at("none"))" cannot be applied: "#))
    }

    @Test(.enabled(if: ExhaustionTests.canLimit, "needs prlimit"), .enabled(if: Sanitizer.bearsFileLimit))
    func aStoreWithoutRoomStopsTheStartAndTheNextOneGoesOn() throws {
        let path = try write(Self.bundle(("basic", #", "name": "\#(String(repeating: "n", count: 9_000))""#)))
        let site = try Site()
        #expect(try site.server.terminate() == .exited(0))
        let settings = ["--store", site.folder.at("data"), "--init-bundle", path, "--port", "0"]
        let full = try ChildProcess.run(["/usr/bin/prlimit", "--fsize=4096", KeywardBinary.path()] + settings)
        #expect(full.status == 74 && full.errors.contains("no room to write"), "\(full)")
        try site.start(adding: ["--init-bundle", path])
        #expect(try site.status() == 200)
    }
}
