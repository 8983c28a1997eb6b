import Foundation
import Glibc
import Testing

/// The audit log of the real server.
@Suite struct AuditTests {
    /// A folder beside the site's, since the log's path has to be known before the site is.
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var path: String { folder.at("audit.ndjson") }
    private var flags: [String] { ["--audit-log", path] }

    private func lines(_ name: String = "audit.ndjson") throws -> [AuditLine] {
        try AuditLine.lines(of: folder.text(of: name))
    }

    @Test func everyDenialHasOneLineThatNamesTheReason() throws {
        let site = try DenialTests.site(arguments: flags)
        let before = try lines().count
        var responses: Set<String> = []
        var reasons: [String] = []
        for (index, denied) in DenialTests.denied.enumerated() {
            let answer = try site.http.get(
                "/fhir/Patient", HTTPClient.basic(denied.user, denied.password) + [("X-Request-Id", "d-\(index)")])
            #expect(answer.status == 401)
            responses.insert(answer.comparable)
            // The line is there before the response is.
            let line = try #require(try lines().last)
            #expect(try lines().count == before + index + 1)
            #expect(line.request == "d-\(index)")
            #expect(line.name == "Client/\(denied.user)")
            #expect(line.address == "127.0.0.1")
            reasons.append(line.code)
        }
        #expect(responses.count == 1, "\(responses)")
        #expect(
            reasons == [
                "unknown-client 4", "wrong-password 4", "no-basic-grant 4", "inactive-client 4", "out-of-scope 8",
                "file-missing 8", "unknown-secret 8", "no-secret-reference 4", "empty 8", "file-unreadable 8",
                "not-a-file 8",
            ])
        #expect(try lines().first { $0.code == "wrong-password 4" }?.secret == "client-secret")
        _ = try site.http.get("/fhir/Patient", [("X-Request-Id", "none")])
        #expect(try lines().last?.code == "no-credentials 4")
    }

    @Test func changesOfClientsAndUsesOfSecretsAreRecorded() throws {
        let site = try Site.withRoot(arguments: flags)
        #expect(try lines().map(\.code) == ["secret-used 0", "update 0"])
        for _ in 0..<20 { #expect(try site.status() == 200) }
        let port = site.server.port
        _ = try inParallel(8) { _ in try HTTPClient(port: port).get("/fhir/Patient", Site.basic).status }
        #expect(try lines().map(\.code) == ["secret-used 0", "update 0", "secret-used 0"], "once a minute a client")
        let use = try #require(try lines().last)
        #expect(use.name == "Client/basic" && use.secret == "client-secret")
        #expect(use.details == ["value": "current"])

        _ = try site.http.put("/fhir/Patient/p", #"{"resourceType":"Patient","id":"p"}"#, Site.basic)
        _ = try site.http.get("/fhir/Client", Site.basic)
        _ = try site.http.post("/fhir/Client", ClientBody.text("x"), Site.root)
        _ = try site.http.delete(
            "/fhir/Client/basic", Site.root + [("If-Match", "W/\"7\""), ("X-Request-Id", "stale")])
        _ = try site.http.delete("/fhir/Client/basic", Site.root)
        let later = try lines().dropFirst(3)
        #expect(later.map(\.code) == ["search-type 4", "create 0", "delete 0", "delete 4", "delete 0"])
        #expect(later.filter { $0.request == "stale" }.map(\.code) == ["delete 0", "delete 4"])
        #expect(later.dropFirst().allSatisfy { $0.name == "root" })
        #expect(try site.server.terminate() == .exited(0))
    }

    @Test func theUseOfAPreviousValueHasALineOfItsOwn() throws {
        let site = try Site(
            secrets: ["client-secret": Site.secret, "before": "older-value"],
            config: """
                "client-secret": {"path": "VOLUME/client-secret", "previous_path": "VOLUME/before", "overlap": "10m",
                  "scope": "Client/basic"}
                """, arguments: flags)
        try site.put(ClientBody.text())
        try site.volume.swap(["client-secret": "new-value", "before": Site.secret])
        for password in ["new-value", Site.secret, "new-value", Site.secret] {
            #expect(try site.status("basic", password) == 200)
        }
        #expect(
            try lines().filter { $0.code == "secret-used 0" }.map(\.details) == [
                ["value": "current"], ["value": "previous"],
            ])
    }

    @Test func whatHappensInTheVaultIsRecordedWithoutARequest() throws {
        let site = try Site.withClient(arguments: flags)
        func codes() throws -> [String] { try lines().dropFirst().map(\.code) }
        #expect(try site.status() == 200)
        try site.volume.swap(["client-secret": "new-value"])
        #expect(try eventually { try codes().count >= 2 })
        let rotation = try #require(try lines().last)
        #expect(rotation.code == "secret-rotated 0" && rotation.secret == "client-secret")
        #expect(rotation.details["changed"]?.isEmpty == false)
        let config = site.folder.text(of: "vault-config.json")
        try site.folder.write("{", to: "vault-config.json")
        #expect(try eventually { try codes().last == "vault-config-refused 8" })
        try site.folder.write(config, to: "vault-config.json")
        #expect(try eventually { try codes().last == "vault-config-restored 0" })
        try site.folder.write(
            config.replacingOccurrences(of: "Client", with: "Patient"), to: "vault-config.json")
        #expect(try eventually { try codes().last == "vault-config-changed 0" })
        #expect(try lines().last?.details == ["rescoped": "client-secret"])
        #expect(!folder.text(of: "audit.ndjson").contains("new-value"))
    }

    @Test func aStandardOutputThatIsClosedIsNoAuditLog() throws {
        let script = #"exec "$0" "$@" >&-"#
        let site = try Site(
            arguments: ["--audit-log", "stdout"], program: ["/bin/sh", "-c", script, KeywardBinary.path()])
        #expect(try site.http.get("/fhir/Patient").status == 503)
    }

    /// What is appended to a file without a name can be read by nobody.
    @Test func aFileThatWasDeletedIsMadeAnewAndMissesNothing() throws {
        let site = try Site(arguments: flags)
        #expect(try site.status("nobody", "x") == 401)
        try FileManager.default.removeItem(atPath: path)
        #expect(try site.status("nobody", "y") == 401)
        #expect(try site.status("nobody", "z") == 401)
        #expect(try lines().map(\.code) == ["unknown-client 4", "unknown-client 4"])
        try FileManager.default.removeItem(atPath: folder.path)
        #expect(try site.status("nobody", "z") == 503, "there is no place for it any more")
    }

    @Test func aStrictWriteWithAReferenceThatCannotBeUsedIsRecordedAsRefused() throws {
        let site = try Site(arguments: flags)
        let answer = try site.http.put(
            "/fhir/Client/other", ClientBody.text("other"), [("Prefer", "handling=strict"), ("X-Request-Id", "s-1")])
        #expect(answer.status == 422)
        let line = try #require(try lines().last)
        #expect(line.code == "update 4" && line.request == "s-1")
        let description = try #require(line.members["outcomeDesc"] as? String)
        #expect(description.hasPrefix("no scope of secret 'client-secret' admits Client/other"))
    }

    @Test func whatCannotBeRecordedDoesNotHappen() throws {
        let site = try Site(arguments: ["--audit-log", "/dev/full", "--ops-port", "0"])
        let refused = try site.http.put("/fhir/Client/basic", ClientBody.text())
        #expect(refused.status == 503 && refused.isOutcome)
        #expect(try site.http.get("/fhir/Client/basic").status == 404, "the Client was not made")
        #expect(try site.http.post("/fhir/Client", ClientBody.text()).status == 503)
        #expect(try site.http.delete("/fhir/Client/basic").status == 503)
        #expect(try site.status("nobody", "x") == 503)
        #expect(try site.http.get("/fhir/Patient").status == 503)
        #expect(try site.http.get("/fhir/Patient")["WWW-Authenticate"] == nil)
        #expect(try site.http.get("/fhir/metadata").status == 200, "what leaves no line is served")
        #expect(eventually { (try? site.http.get("/health").status) == 503 })
        let checks = try site.http.get("/health").json["checks"] as? [String: [[String: Any]]]
        #expect(checks?["audit"]?.first?["status"] as? String == "fail")
        #expect(checks?["store"]?.first?["status"] as? String == "pass")
        let errors = try site.server.logLines { $0.level == "error" }
        #expect(errors.contains { $0["error"]?.contains("/dev/full: No space left on device") == true })
        let metrics = try HTTPClient(port: try #require(site.server.opsPort)).get("/metrics").text
        #expect(metrics.contains("\nkeyward_audit_events_total 0\n"))
        #expect(metrics.contains("\nkeyward_audit_failures_total 6\n"))
        #expect(try site.server.terminate() == .exited(0))
    }

    /// Standard output is a file here that was not opened to append to it.
    @Test(.enabled(if: ExhaustionTests.canLimit, "needs prlimit"), arguments: [false, true])
    func aFullFileKeepsItsLinesAndTheGapIsToldWhenThereIsRoom(isStandardOutput: Bool) throws {
        let shell = ["/bin/sh", "-c", #"exec "$0" "$@" > '\#(path)'"#, try KeywardBinary.path()]
        let site = try Site(
            arguments: ["--store", "memory:", "--audit-log", isStandardOutput ? "stdout" : path],
            program: isStandardOutput ? shell : nil)
        try site.put(ClientBody.text())
        let limit = { (size: String) in
            try ChildProcess.run(["/usr/bin/prlimit", "--pid", "\(site.server.pid)", "--fsize=\(size):unlimited"])
                .status
        }
        for _ in 0..<3 { #expect(try site.status("basic", "wrong") == 401) }
        let whole = folder.text(of: "audit.ndjson")
        // Room for a part of a line.
        #expect(try limit("\(whole.utf8.count + 100)") == 0)
        for _ in 0..<3 { #expect(try site.status("basic", "wrong") == 503) }
        #expect(try site.status() == 503, "a use that is not recorded yet")
        #expect(folder.text(of: "audit.ndjson") == whole)
        #expect(eventually { (try? site.http.get("/health").status) == 503 })
        #expect(try limit("unlimited") == 0)
        #expect(eventually { (try? site.http.get("/health").status) == 200 }, "without any request")
        #expect(try lines().dropFirst(4).map(\.code) == ["audit-gap 8"])
        #expect(try lines().last?.details["refused"] == "4")
        #expect(try site.status() == 200)
        #expect(try lines().last?.code == "secret-used 0")
    }

    @Test func aHangupOpensTheFileAnew() throws {
        try folder.write(#"{"torn"#, to: "audit.ndjson")
        let site = try Site.withClient(arguments: flags)
        _ = try site.status("nobody", "x")
        try #require(unsafe rename(path, folder.at("audit.1")) == 0)
        _ = try site.status("nobody", "x")
        site.server.signal(SIGHUP)
        _ = try site.server.logLines { $0.message == "audit log opened anew" }
        _ = try site.status("nobody", "x")
        #expect(try lines().map(\.code) == ["unknown-client 4"])
        let old = folder.text(of: "audit.1")
        #expect(old.hasPrefix("{\"torn\n"), "what was there is not touched")
        #expect(
            try AuditLine.lines(of: String(old.dropFirst(7))).map(\.code)
                == ["update 0", "unknown-client 4", "unknown-client 4"])

        // When it cannot be opened, the file before stays in use.
        try #require(unsafe rename(path, folder.at("audit.2")) == 0)
        try #require(unsafe mkdir(path, 0o755) == 0)
        site.server.signal(SIGHUP)
        _ = try site.server.logLines { $0.level == "error" && $0["error"]?.contains(path) == true }
        #expect(try site.status("nobody", "x") == 401)
        #expect(try lines("audit.2").count == 2)
        #expect(try site.server.terminate() == .exited(0))
    }

    @Test(arguments: [[], ["--audit-log", "stdout"]])
    func withoutAFileAHangupEndsTheServer(arguments: [String]) throws {
        let server = try KeywardProcess(["--store", "memory:"] + arguments)
        server.signal(SIGHUP)
        #expect(try server.wait() == .signalled(SIGHUP))
    }

    @Test func standardOutputCarriesAuditLinesAlone() throws {
        let site = try Site.withClient(arguments: ["--audit-log", "stdout", "--log-level", "trace"])
        _ = try site.status("basic", "wrong")
        _ = try site.status()
        #expect(try site.server.terminate() == .exited(0))
        #expect(
            try AuditLine.lines(of: site.server.standardOutput).map(\.code)
                == ["update 0", "wrong-password 4", "secret-used 0"])
    }

    @Test func noneWritesNothing() throws {
        let site = try Site.withClient(arguments: ["--audit-log", "none"])
        _ = try site.status("basic", "wrong")
        #expect(try site.server.terminate() == .exited(0))
        #expect(site.server.standardOutput.isEmpty)
    }

    @Test func noPasswordAndNoContentIsInAnyLine() throws {
        let site = try Site.withRoot(arguments: flags)
        let marker = "marked-9d2f"
        for user in ["basic", "nobody", "root", "\(marker) user", "\(marker)\u{e9}"] {
            _ = try site.status(user, "\(marker)-password")
        }
        for value in ["Basic \(marker)", "Bearer \(marker)", "\(marker)"] {
            _ = try site.http.get("/fhir/Patient", [("Authorization", value)])
        }
        _ = try site.http.put(
            "/fhir/Client/c", ClientBody.text("c", more: #", "note": "\#(marker)"#), Site.root)
        _ = try site.http.put("/fhir/Client/c", #"{"resourceType":"Client","id":"c","secret":"\#(marker)"}"#, Site.root)
        _ = try site.http.get("/fhir/Client/\(marker)_x", Site.basic)
        _ = try site.http.get("/fhir/Client?_id=\(marker)", Site.basic)
        #expect(try site.server.terminate() == .exited(0))
        let text = folder.text(of: "audit.ndjson")
        #expect(try lines().count >= 13)
        for form in [marker, Site.secret, "root-value"] {
            #expect(!text.contains(form))
            for user in ["basic", "root", "nobody"] {
                #expect(!text.contains(Data("\(user):\(form)".utf8).base64EncodedString().prefix(16)))
            }
        }
        #expect(!text.contains("Authorization: "))
    }

    @Test func aLogThatCannotBeOpenedEndsTheStartAndIsAFinding() throws {
        let start = StartTests()
        for place in [folder.at("none/audit"), folder.path] {
            try start.refuses(
                ["--port", "0", "--store", "memory:", "--audit-log", place], status: 78, names: ["--audit-log", place])
            try start.refuses(
                ["--port", "0", "--store", "memory:"], ["KEYWARD_AUDIT_LOG": place], status: 78,
                names: ["KEYWARD_AUDIT_LOG", place])
            let found = try ChildProcess.keyward(["check", "--store", "memory:", "--audit-log", place])
            #expect(found.status == 1 && found.output.contains("error audit-log-unwritable: \(place): "))
        }
        try start.refuses(
            ["--port", "0", "--store", "memory:", "--audit-log", "stderr"], status: 64,
            names: ["--audit-log", "stderr"])
        let fine = try ChildProcess.keyward(["check", "--store", "memory:"] + flags)
        #expect(fine.status == 0, "\(fine.output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
}
