import Testing

/// `keyward import --from-aidbox`, and a server on what it left.
@Suite struct ImportTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ export: String, _ more: String...) throws -> ChildProcess.Report {
        let words = ["import", "--from-aidbox", try folder.write(export, to: "export.json")]
        return try ChildProcess.keyward(words + ["--store", folder.at("data")] + more)
    }

    private func client(_ id: String, _ secret: String) -> String {
        #"{"resource": {"resourceType": "Client", "id": "\#(id)", "grant_types": ["basic"], "secret": "\#(secret)"}}"#
    }

    private func bundle(_ entries: String...) -> String {
        #"{"resourceType": "Bundle", "type": "collection", "entry": [\#(entries.joined(separator: ", "))]}"#
    }

    @Test func whatItPrintsForTheConfigIsWhatAServerNeeds() throws {
        let secret = try folder.write("from-a-file", to: "client-secret")
        let export = bundle(client("basic", "@secret:file:\(secret)"))
        let dry = try run(export, "--dry-run")
        #expect(dry.status == 0 && dry.output.hasSuffix("1 to import, nothing left out; nothing was changed\n"))
        #expect(filesBelow(folder.at("data")).isEmpty)
        let first = try run(export)
        #expect(first.status == 0 && first.output.hasSuffix("1 imported, 0 unchanged, nothing left out\n"), "\(first)")
        let lines = first.output.split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix(#"  "client-secret": {"#) })
        let config = try folder.write(#"{"secret": {\#(line)}}"#, to: "vault-config.json")
        let server = try KeywardProcess(["--store", folder.at("data"), "--vault-config", config])
        let answer = try HTTPClient(port: server.port).get("/fhir/Patient", HTTPClient.basic("basic", "from-a-file"))
        #expect(answer.status == 200)
        let held = try run(export)
        #expect(held.status == 69 && held.errors.contains("--store"))
        #expect(try server.terminate() == .exited(0))
        let again = try run(export, "--vault-config", config)
        #expect(again.status == 0 && again.output.hasSuffix("0 imported, 1 unchanged, nothing left out\n"))
        #expect(!again.output.contains("vault config needs"))
    }

    @Test func aLiteralIsAFindingAndIsNowhereAfterwards() throws {
        let found = try run(bundle(client("basic", "s3cret-value"), client("other", "@secret:file:/run/other")))
        #expect(found.status == 1 && found.errors.isEmpty)
        #expect(found.output.contains("Client/basic, secret: a literal value"))
        #expect(found.output.hasSuffix("1 imported, 0 unchanged, 1 finding\n"))
        let dump = try ChildProcess.keyward(["store", "dump", "--store", folder.at("data")]).output
        #expect(dump.contains("Client") && dump.contains("other") && !dump.contains(#""id":"basic""#))
        #expect(!found.output.contains("s3cret") && !dump.contains("s3cret"))
    }

    @Test func whereNothingIsImportedNoStoreIsMade() throws {
        let found = try run(bundle(client("basic", "s3cret-value")))
        #expect(found.status == 1 && found.output.hasSuffix("0 imported, 0 unchanged, 1 finding\n"))
        #expect(filesBelow(folder.at("data")).isEmpty)
    }

    @Test func wrongUsageAndWhatIsNotThereAreRefused() throws {
        #expect(try ChildProcess.keyward(["import"]).status == 64)
        let missing = try ChildProcess.keyward([
            "import", "--from-aidbox", folder.at("none"), "--store", folder.at("data"),
        ])
        #expect(missing.status == 74 && missing.errors.contains("import --from-aidbox"))
        let memory = try ChildProcess.keyward(["import", "--from-aidbox", "x", "--store", "memory:"])
        #expect(memory.status == 64)
        let config = try run(bundle(), "--vault-config", folder.at("none"))
        #expect(config.status == 78 && config.errors.contains("--vault-config"))
        #expect(filesBelow(folder.at("data")).isEmpty)
    }
}
