import Foundation
import Glibc
import Testing

/// A start that fails ends with the right status and one line that names the setting, the value and what to do.
@Suite struct StartTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        var environment: [String: String] = [:]
        let status: Int32
        /// What the line must name.
        let names: [String]
        var testDescription: String { "\(arguments) \(environment)" }
    }

    /// Starts that need nothing on the disk. All are in memory, so that none leaves anything behind.
    static let cases: [Bad] = [
        Bad(arguments: ["--colour", "red"], status: 64, names: ["--colour"]),
        Bad(arguments: ["serve", "extra"], status: 64, names: ["extra"]),
        Bad(arguments: ["sreve"], status: 64, names: ["sreve"]),
        Bad(arguments: ["--port"], status: 64, names: ["--port"]),
        Bad(arguments: ["--port", "banana"], status: 64, names: ["--port", "banana"]),
        Bad(arguments: ["--port", "65536"], status: 64, names: ["--port", "65536"]),
        Bad(arguments: ["--port", "-1"], status: 64, names: ["--port"]),
        Bad(arguments: ["--port", ""], status: 64, names: ["--port"]),
        Bad(arguments: ["--ops-port", "1e3"], status: 64, names: ["--ops-port", "1e3"]),
        Bad(arguments: ["--log-level", "loud"], status: 64, names: ["--log-level", "loud"]),
        Bad(arguments: ["--log-format", "xml"], status: 64, names: ["--log-format", "xml"]),
        Bad(arguments: ["--max-body", "2MB"], status: 64, names: ["--max-body", "2MB"]),
        Bad(arguments: ["--header-timeout", "10"], status: 64, names: ["--header-timeout", "10"]),
        Bad(arguments: ["--max-nesting", "0"], status: 64, names: ["--max-nesting", "0"]),
        Bad(arguments: ["--store", "ftp://x"], status: 64, names: ["--store", "ftp://x"]),
        Bad(arguments: ["--store", "postgres://x"], status: 64, names: ["--store", "postgres://x"]),
        Bad(arguments: [], environment: ["KEYWARD_PROT": "1"], status: 78, names: ["KEYWARD_PROT", "KEYWARD_PORT"]),
        Bad(
            arguments: [], environment: ["KEYWARD_VAULT_CONFG": "/x"], status: 78,
            names: ["KEYWARD_VAULT_CONFG", "KEYWARD_VAULT_CONFIG"]),
        Bad(arguments: [], environment: ["KEYWARD_PORT": "banana"], status: 78, names: ["KEYWARD_PORT", "banana"]),
        Bad(
            arguments: [], environment: ["KEYWARD_PORT": "1", "BOX_WEB_PORT": "2"], status: 78,
            names: ["KEYWARD_PORT", "BOX_WEB_PORT"]),
        Bad(
            arguments: [], environment: ["AIDBOX_VAULT_CONFIG": "/a.json", "BOX_VAULT_CONFIG": "/b.json"], status: 78,
            names: ["AIDBOX_VAULT_CONFIG", "BOX_VAULT_CONFIG", "/a.json", "/b.json"]),
        Bad(arguments: ["--host", "0.0.0.0"], status: 78, names: ["--host", "0.0.0.0", "--root-secret"]),
        Bad(arguments: ["--host", "::"], status: 78, names: ["--host", "::"]),
        Bad(arguments: [], environment: ["KEYWARD_HOST": "0.0.0.0"], status: 78, names: ["KEYWARD_HOST", "0.0.0.0"]),
        Bad(arguments: ["--root-secret", "root-secret"], status: 78, names: ["--root-secret", "root-secret"]),
        Bad(
            arguments: ["--vault-config", "/no/such/vault.json"], status: 78,
            names: ["--vault-config", "/no/such/vault.json"]),
        Bad(
            arguments: [], environment: ["BOX_VAULT_CONFIG": "/no/such/vault.json"], status: 78,
            names: ["BOX_VAULT_CONFIG", "/no/such/vault.json"]),
    ]

    @Test(arguments: cases)
    func aBadStartIsOneLineThatNamesWhatIsWrong(start: Bad) throws {
        let folder = try TemporaryFolder()
        var arguments = start.arguments
        if !arguments.contains("--store") { arguments += ["--store", "memory:"] }
        if !arguments.contains("--port"), !start.environment.keys.contains(where: { $0.hasSuffix("PORT") }) {
            arguments += ["--port", "0"]
        }
        try refuses(arguments, start.environment, status: start.status, names: start.names, in: folder)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func aFlagOutranksTheEnvironment() throws {
        let folder = try TemporaryFolder()
        let server = try KeywardProcess(
            ["--store", "memory:", "--log-level", "info"],
            environment: ["KEYWARD_PORT": "1", "KEYWARD_LOG_LEVEL": "error"],
            in: folder.path)
        #expect(server.port != 1)
    }

    @Test(arguments: ["KEYWARD_VAULT_CONFIG", "AIDBOX_VAULT_CONFIG", "BOX_VAULT_CONFIG"])
    func everyNameOfTheVaultConfigIsRead(variable: String) throws {
        let site = try Site()
        let server = try KeywardProcess(
            ["--store", "memory:"], environment: [variable: site.folder.at("vault-config.json")])
        let http = HTTPClient(port: server.port)
        #expect(try http.put("/fhir/Client/basic", ClientBody.text()).status == 201)
        #expect(try http.get("/fhir/Patient", Site.basic).status == 200)
    }

    @Test func aPortThatIsTakenIsNamed() throws {
        let taken = try KeywardProcess(["--store", "memory:"])
        try refuses(
            ["--store", "memory:", "--port", "\(taken.port)"], status: 69, names: ["--port", "\(taken.port)"])
        try refuses(
            ["--store", "memory:", "--port", "0", "--ops-port", "\(taken.port)"], status: 69,
            names: ["--ops-port", "\(taken.port)"])
        try refuses(
            ["--store", "memory:"], ["BOX_WEB_PORT": "\(taken.port)"], status: 69,
            names: ["BOX_WEB_PORT", "\(taken.port)"])
    }

    @Test func aStoreThatAnotherServerHoldsIsNamed() throws {
        let site = try Site.withClient()
        let store = site.folder.at("data")
        try refuses(["--port", "0", "--store", store], status: 69, names: ["--store", store, "\(site.server.pid)"])
        #expect(try site.status() == 200, "the first one is not disturbed")
        site.server.kill()
        // A crash leaves no lock behind.
        try site.start()
        #expect(try site.status() == 200)
    }

    @Test func aStoreWhoseFileLockWasDeletedIsHeldAllTheSame() throws {
        let site = try Site.withClient()
        let store = site.folder.at("data")
        try FileManager.default.removeItem(atPath: store + "/lock")
        try refuses(["--port", "0", "--store", store], status: 69, names: ["--store", store])
        // The one that was refused has left a new file `lock`, which counts for nothing either.
        try refuses(["--port", "0", "--store", store], status: 69, names: ["--store", store])
        #expect(try site.status() == 200, "the first one is not disturbed")
    }

    /// Which file would get the number of a closed descriptor depends on how many are closed.
    @Test(arguments: ["2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
    func aServerWithClosedDescriptorsServesAndWritesNoLogIntoItsStore(closings: String) throws {
        let folder = try TemporaryFolder()
        let (store, port) = (folder.at("data"), try ReservedPort.take())
        let script = #"exec "$0" serve --port "$1" --store "$2" \#(closings)"#
        let server = try ChildProcess(["/bin/sh", "-c", script, KeywardBinary.path(), "\(port)", store])
        let http = HTTPClient(port: port)
        #expect(eventually { (try? http.get("/livez").status) == 200 })
        #expect(try http.put("/fhir/Client/basic", ClientBody.text()).status == 201)
        // Nothing of the server's own goes by a number that others read and write.
        let standard = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(server.pid)/fd/2")
        #expect(standard == "/dev/null")
        server.send(SIGTERM)
        #expect(try server.wait() == .exited(0))
        for file in filesBelow(store) {
            #expect(file.bytes.range(of: Data("listening".utf8)) == nil, "\(file.name)")
        }
        let verified = try ChildProcess.keyward(["store", "verify", "--store", store])
        #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
        let dump = try ChildProcess.keyward(["store", "dump", "--store", store])
        #expect(dump.output.contains("client-secret"))
    }

    @Test func aStoreThatCannotBeIsNamed() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("x", to: "file")
        try refuses(["--port", "0", "--store", file], status: 74, names: ["--store", file])
        try refuses(["--port", "0", "--store", file + "/below"], status: 74, names: ["--store", file + "/below"])
        try refuses(["--port", "0"], ["KEYWARD_STORE": file], status: 74, names: ["KEYWARD_STORE", file])
        guard KeywardBinary.canBeBound else { return }
        let locked = folder.at("locked")
        try #require(unsafe mkdir(locked, 0o555) == 0)
        for store in [locked, locked + "/below"] {
            try refuses(
                ["--port", "0", "--store", store], status: 74, names: ["--store", store],
                program: KeywardBinary.boundByPermissions())
        }
    }

    @Test func aDamagedStoreIsRefusedWithFileAndLine() throws {
        let site = try Site.withClient()
        for count in 1...3 { try site.put(ClientBody.text(more: #", "count": \#(count)"#)) }
        #expect(try site.server.terminate() == .exited(0))
        let journal = site.folder.at("data/journal.ndjson")
        let whole = try String(contentsOfFile: journal, encoding: .utf8)
        var lines = whole.components(separatedBy: "\n")
        try #require(lines.count >= 5)
        lines[2] = lines[2].replacingOccurrences(of: "Client", with: "Clienu")
        let damaged = lines.joined(separator: "\n")
        try damaged.write(toFile: journal, atomically: true, encoding: .utf8)
        try refuses(
            ["--port", "0", "--store", site.folder.at("data")], status: 74,
            names: ["journal.ndjson", "line 3", "keyward store verify"])
        #expect(try String(contentsOfFile: journal, encoding: .utf8) == damaged, "nothing was changed")
        let verified = try ChildProcess.keyward(["store", "verify", "--store", site.folder.at("data")])
        #expect(verified.status == 74 || verified.status == 1, "\(verified.status) \(verified.errors)")
        #expect((verified.output + verified.errors).contains("line 3"))
    }

    /// Runs keyward, which has to refuse in one line.
    func refuses(
        _ arguments: [String], _ environment: [String: String] = [:], status: Int32, names: [String],
        program: [String]? = nil, in folder: TemporaryFolder? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        let words = try program ?? [KeywardBinary.path()]
        let report = try ChildProcess.run(words + arguments, environment: environment, in: folder.path)
        #expect(report.status == status, "\(report.errors)", sourceLocation: sourceLocation)
        for name in names {
            #expect(report.errors.contains(name), "no \(name) in: \(report.errors)", sourceLocation: sourceLocation)
        }
        // Log lines aside, of a server that had begun to start.
        let lines = report.errors.split(separator: "\n").filter {
            !$0.contains(" WARNING ") && !$0.hasPrefix(#"{"time""#)
        }
        let own = lines.filter { !$0.isEmpty }
        #expect(own.count == 1, "\(own)", sourceLocation: sourceLocation)
        #expect(report.output.isEmpty, sourceLocation: sourceLocation)
    }
}
