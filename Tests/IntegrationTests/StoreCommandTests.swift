import Foundation
import Testing

/// `keyward store`: verify, compact, dump and load.
@Suite struct StoreCommandTests {
    private func filled() throws -> Site {
        let site = try Site.withClient()
        for (id, body) in [
            ("a", #"{"resourceType":"Patient","id":"a","b":1.10,"a":{"z":1,"y":"ü"}}"#),
            ("b", #"{"resourceType":"Patient","id":"b"}"#), ("gone", #"{"resourceType":"Patient","id":"gone"}"#),
        ] {
            #expect(try site.http.put("/fhir/Patient/\(id)", body, Site.basic).status == 201)
        }
        #expect(
            try site.http.put("/fhir/Patient/b", #"{"resourceType":"Patient","id":"b","v":2}"#, Site.basic).status
                == 200)
        #expect(try site.http.delete("/fhir/Patient/gone", Site.basic).status == 204)
        return site
    }

    @Test func whatWasDumpedCanBeLoadedElsewhere() throws {
        let site = try filled()
        let store = site.folder.at("data")
        #expect(try site.server.terminate() == .exited(0))
        let dump = try ChildProcess.keyward(["store", "dump", "--store", store])
        #expect(dump.status == 0, "\(dump.errors)")
        let lines = dump.output.split(separator: "\n")
        #expect(lines.count == 3)
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(object?["resourceType"] != nil && object?["meta"] != nil, "\(line)")
        }
        #expect(dump.output.contains("1.10") && !dump.output.contains("gone"))

        let file = try site.folder.write(dump.output, to: "dump.ndjson")
        for (name, argument) in [("fromFile", file), ("fromInput", "-")] {
            let other = site.folder.at(name)
            let load = try ChildProcess.keyward(
                ["store", "load", argument, "--store", other], input: argument == "-" ? file : "/dev/null")
            #expect(load.status == 0 && load.output == "3 loaded, 0 unchanged, 0 bad lines\n", "\(load)")
            #expect(load.errors.isEmpty)
            #expect(try ChildProcess.keyward(["store", "verify", "--store", other]).status == 0)
            let again = try ChildProcess.keyward(["store", "dump", "--store", other])
            #expect(Self.withoutMeta(again.output) == Self.withoutMeta(dump.output))
            let server = try KeywardProcess(
                ["--store", other, "--vault-config", site.folder.at("vault-config.json")])
            let http = HTTPClient(port: server.port)
            #expect(try http.get("/fhir/Patient/a", Site.basic).text.contains(#""b":1.10,"a":{"z":1,"y":"ü"}"#))
        }
    }

    @Test func aCompactedStoreServesTheSameAndAnybodyCanReadIt() throws {
        let site = try filled()
        let store = site.folder.at("data")
        #expect(try site.server.terminate() == .exited(0))
        let before = try ChildProcess.keyward(["store", "dump", "--store", store]).output
        #expect(try StoreReader.read(store) == before && before.split(separator: "\n").count == 3)

        let compacted = try ChildProcess.keyward(["store", "compact", "--store-history", "1", "--store", store])
        #expect(compacted.status == 0, "\(compacted.errors)")
        #expect(compacted.output.contains("4 of 6 versions kept"), "\(compacted.output)")
        let files = try FileManager.default.contentsOfDirectory(atPath: store).sorted()
        #expect(files == ["base-000000000006.ndjson", "journal-000000000006.ndjson", "lock"])
        #expect(try ChildProcess.keyward(["store", "dump", "--store", store]).output == before)
        #expect(try StoreReader.read(store) == before)
        #expect(try ChildProcess.keyward(["store", "verify", "--store", store]).status == 0)

        try site.start()
        #expect(try site.http.get("/fhir/Patient/b", Site.basic).version == 2)
        #expect(try site.http.get("/fhir/Patient/gone", Site.basic).status == 410)
        let revived = try site.http.put(
            "/fhir/Patient/gone", #"{"resourceType":"Patient","id":"gone"}"#, Site.basic)
        #expect(revived.version == 3)
        #expect(try site.server.terminate() == .exited(0))
        #expect(try StoreReader.read(store) == ChildProcess.keyward(["store", "dump", "--store", store]).output)
    }

    private static func withoutMeta(_ dump: String) -> [String] {
        dump.split(separator: "\n").map { String($0.replacing(/,?"meta":\{[^}]*\}/, with: "")) }.sorted()
    }

    @Test func aDumpWithClosedDescriptorsLeavesTheJournalAsItWas() throws {
        let site = try filled()
        let store = site.folder.at("data")
        #expect(try site.server.terminate() == .exited(0))
        let journal = site.folder.text(of: "data/journal.ndjson")
        let report = try ChildProcess.run(
            ["/bin/sh", "-c", #"exec "$0" store dump --store "$1" <&- >&-"#, KeywardBinary.path(), store])
        #expect(report.status == 74, "what cannot be printed is no success: \(report.errors)")
        #expect(site.folder.text(of: "data/journal.ndjson") == journal)
        let verified = try ChildProcess.keyward(["store", "verify", "--store", store])
        #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
    }

    @Test func everyCommandRefusesWhileAServerHoldsTheStoreButAReadOnlyVerify() throws {
        let site = try filled()
        let store = site.folder.at("data")
        let lines = try site.folder.write(#"{"resourceType":"Patient","id":"x"}"# + "\n", to: "lines")
        for command in [["verify"], ["compact"], ["dump"], ["load", lines]] {
            let report = try ChildProcess.keyward(["store"] + command + ["--store", store])
            #expect(report.status == 69, "\(command): \(report.errors)")
            #expect(report.errors.contains(store) && report.output.isEmpty)
        }
        let beside = try ChildProcess.keyward(["store", "verify", "--read-only", "--store", store])
        #expect(beside.status == 0, "\(beside.errors)")
        #expect(try site.http.get("/fhir/Patient/x", Site.basic).status == 404)
        #expect(try site.status() == 200)
    }

    @Test(arguments: [
        "nonsense", #"{"resourceType":"Unknown","id":"x"}"#, #"{"resourceType":"Patient"}"#,
        #"{"resourceType":"Client","id":"x","secret":"literal-value"}"#,
        #"{"resourceType":"Patient","id":"x","id":"x"}"#,
    ])
    func aBadLineIsNamedAndItsValueIsNot(line: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(#"{"resourceType":"Patient","id":"good"}"# + "\n\(line)\n", to: "lines")
        let report = try ChildProcess.keyward(["store", "load", file, "--store", folder.at("data")])
        #expect(report.status != 0)
        let said = report.output + report.errors
        #expect(said.contains("line 2"), "\(said)")
        #expect(!said.contains("literal-value"))
        for file in filesBelow(folder.at("data")) {
            #expect(file.bytes.range(of: Data("literal-value".utf8)) == nil)
        }
    }

    @Test func aStoreThatIsNotThereIsNotMade() throws {
        let folder = try TemporaryFolder()
        for command in ["verify", "dump"] {
            let report = try ChildProcess.keyward(["store", command, "--store", folder.at("none")])
            #expect(report.status == 74, "\(command): \(report.status) \(report.errors)")
            #expect(report.errors.contains(folder.at("none")))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    /// Every file of a store can be read with `jq`.
    @Test func theStoreIsJSONAllTheWayDown() throws {
        let site = try filled()
        #expect(try site.server.terminate() == .exited(0))
        let files = filesBelow(site.folder.at("data"))
        #expect(!files.isEmpty)
        for file in files {
            for line in file.bytes.split(separator: UInt8(ascii: "\n")) {
                #expect(throws: Never.self, "\(file.name)") { try JSONSerialization.jsonObject(with: Data(line)) }
            }
        }
    }
}
