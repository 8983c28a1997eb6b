import Foundation
import Testing

/// `keyward check` and what the program says of itself.
@Suite struct CheckTests {
    struct Finding: Decodable {
        let code: String
        let severity: String
        let what: String
        let `where`: String
        let remedy: String
    }

    private struct Findings: Decodable { let findings: [Finding] }

    private func check(_ arguments: [String]) throws -> (
        status: Int32, findings: [Finding], report: ChildProcess.Report
    ) {
        let report = try ChildProcess.keyward(["check", "--format", "json"] + arguments)
        let findings = try? JSONDecoder().decode(Findings.self, from: Data(report.output.utf8)).findings
        return (report.status, try #require(findings, "\(report.output) \(report.errors)"), report)
    }

    private func settings(_ site: Site) -> [String] {
        ["--vault-config", site.folder.at("vault-config.json"), "--store", site.folder.at("data")]
    }

    @Test func aCleanHouseIsZeroAlsoBesideARunningServer() throws {
        let site = try Site.withClient()
        let beside = try check(settings(site))
        #expect(beside.status == 0)
        #expect(beside.findings.filter { $0.severity == "error" }.isEmpty)
        #expect(try site.status() == 200)
        let text = try ChildProcess.keyward(["check"] + settings(site))
        #expect(text.status == 0)
        #expect(try site.server.terminate() == .exited(0))
        #expect(try check(settings(site)).status == 0)
    }

    @Test func itReportsEveryFaultAtOnceAndNoValue() throws {
        let site = try Site(
            secrets: ["client-secret": "checked-value", "nothing": ""],
            config: """
                \(Site.tutorialSecret),
                "missing": {"path": "VOLUME/missing", "scope": "Client"},
                "nothing": {"path": "VOLUME/nothing", "scope": "Client"}
                """)
        for (id, secret) in [
            ("basic", "client-secret"), ("lost", "missing"), ("unknown", "unknown-name"), ("alien", "client-secret"),
        ] {
            try site.put(ClientBody.text(id, secret: secret), id: id)
        }
        let found = try check(settings(site))
        #expect(found.status == 1)
        let errors = found.findings.filter { $0.severity == "error" }
        #expect(errors.allSatisfy { !$0.what.isEmpty && !$0.where.isEmpty && !$0.remedy.isEmpty && !$0.code.isEmpty })
        let said = found.findings.map { "\($0.what) \($0.where) \($0.remedy)" }.joined(separator: "\n")
        for name in ["missing", "nothing", "unknown-name", "Client/unknown", "Client/alien"] {
            #expect(said.contains(name), "no \(name) in \(said)")
        }
        #expect(!said.contains("Client/basic"))
        #expect(!found.report.output.contains("checked-value") && !found.report.errors.contains("checked-value"))
        let text = try ChildProcess.keyward(["check"] + settings(site))
        #expect(text.status == 1)
        for name in ["missing", "nothing", "unknown-name"] { #expect(text.output.contains(name), "\(text.output)") }
        #expect(!text.output.contains("checked-value"))
    }

    @Test func aNameThatCommandsTheTerminalIsEscapedInText() throws {
        let site = try Site()
        try site.put(ClientBody.text(secret: #"x\u001b[2J\nerror forged: \u202e"#))
        let report = try ChildProcess.keyward(["check"] + settings(site))
        #expect(report.status == 1)
        // The other one is that nothing refers to the site's own secret.
        let errors = report.output.split(separator: "\n").filter { !$0.hasPrefix("warning unused-secret: ") }
        #expect(errors.count == 1, "\(report.output)")
        #expect(report.output.contains(#"x\u{1B}[2J\nerror forged: \u{202E}"#), "\(report.output)")
        for scalar in ["\u{1b}", "\u{202e}"] as [Unicode.Scalar] {
            #expect(!report.output.unicodeScalars.contains(scalar))
        }
    }

    @Test func aFaultyConfigIsAFinding() throws {
        let folder = try TemporaryFolder()
        let config = try folder.write(#"{"secret": {"a": {"path": ""}}, "x": 1}"#, to: "vault.json")
        let found = try check(["--vault-config", config, "--store", "memory:"])
        #expect(found.status == 1)
        let places = found.findings.map(\.where).joined(separator: "\n")
        #expect(places.contains("$.secret.a") && places.contains("$.x"), "\(places)")
        let missing = try ChildProcess.keyward(["check", "--vault-config", folder.at("none"), "--store", "memory:"])
        #expect([1, 78].contains(missing.status), "\(missing.status)")
    }

    @Test func itCreatesNothing() throws {
        let folder = try TemporaryFolder()
        let report = try ChildProcess.keyward(["check", "--format", "json"], in: folder.path)
        #expect(report.status == 0, "without a store and without a vault: \(report.output) \(report.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func aDamagedStoreIsAFinding() throws {
        let site = try Site.withClient()
        try site.put(ClientBody.text(more: #", "a": 1"#))
        #expect(try site.server.terminate() == .exited(0))
        let journal = site.folder.at("data/journal.ndjson")
        let text = try String(contentsOfFile: journal, encoding: .utf8)
        let damaged = text.replacingOccurrences(of: #""version":1"#, with: #""version":7"#)
        try #require(damaged != text)
        try damaged.write(toFile: journal, atomically: true, encoding: .utf8)
        let found = try check(settings(site))
        #expect(found.status == 1)
        let said = found.findings.map { "\($0.what) \($0.where)" }.joined()
        #expect(said.contains("journal.ndjson") && said.contains("line 2") || said.contains("line 3"), "\(said)")
        #expect(try String(contentsOfFile: journal, encoding: .utf8) == damaged)
    }

    @Test func aWrongFormatIsWrongUsage() throws {
        let report = try ChildProcess.keyward(["check", "--format", "yaml"])
        #expect(report.status == 64 && report.errors.contains("yaml"))
    }

    @Test func theVersionAndTheHelpAreOnStandardOutput() throws {
        let version = try ChildProcess.keyward(["--version"])
        #expect(version.status == 0 && version.errors.isEmpty)
        #expect(version.output.wholeMatch(of: /(keyward )?\d+\.\d+\.\d+[-+.\w]*\n/) != nil, "\(version.output)")
        for arguments in [["--help"], ["serve", "--help"], ["help"], ["check", "--help"], ["store", "--help"]] {
            let help = try ChildProcess.keyward(arguments)
            #expect(help.status == 0 && help.output.contains("keyward") && help.errors.isEmpty, "\(arguments)")
        }
        let serve = try ChildProcess.keyward(["serve", "--help"]).output
        for flag in [
            "--host", "--port", "--ops-port", "--vault-config", "--store", "--root-secret", "--log-level",
            "--log-format", "--max-body",
        ] {
            #expect(serve.contains(flag))
        }
    }
}
