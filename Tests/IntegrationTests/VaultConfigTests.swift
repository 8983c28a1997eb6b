import Foundation
import Glibc
import Testing

/// Faults of a vault config end the start with 78, all of them listed with their places.
@Suite struct VaultConfigTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        let text: String
        let places: [String]
        var testDescription: String { text }
    }

    static let cases = [
        ("", ["line 1"]),
        ("{", ["line 1"]),
        ("{\"secret\": {}}}", ["line 1, column 15"]),
        ("{\n  \"secret\": {},\n  \"secret\": {}\n}", ["line 3"]),
        ("[]", ["$"]),
        ("{}", ["$"]),
        (#"{"secret": {}, "secrets": {}}"#, ["$.secrets"]),
        (#"{"secret": []}"#, ["$.secret"]),
        (#"{"roots": [], "secret": {}}"#, ["$.roots"]),
        (#"{"roots": ["relative"], "secret": {}}"#, ["$.roots[0]"]),
        (#"{"secret": {"": {"path": "/x", "scope": "Client"}}}"#, ["$.secret['']"]),
        (#"{"secret": {"a": {"path": "/x"}}}"#, ["$.secret.a"]),
        (#"{"secret": {"a": {"scope": "Client"}}}"#, ["$.secret.a"]),
        (#"{"secret": {"a": {"path": "", "scope": "Client"}}}"#, ["$.secret.a.path"]),
        (#"{"secret": {"a": {"path": 1, "scope": "Client"}}}"#, ["$.secret.a.path"]),
        (#"{"secret": {"a": {"path": "/x", "scope": ""}}}"#, ["$.secret.a.scope"]),
        (#"{"secret": {"a": {"path": "/x", "scope": []}}}"#, ["$.secret.a.scope"]),
        (#"{"secret": {"a": {"path": "/x", "scope": {}}}}"#, ["$.secret.a.scope"]),
        (#"{"secret": {"a": {"path": "/x", "scope": null}}}"#, ["$.secret.a.scope"]),
        (#"{"secret": {"a": {"path": "/x", "scope": "Client/a/b"}}}"#, ["$.secret.a.scope"]),
        (#"{"secret": {"a": {"path": "/x", "scope": "Client/"}}}"#, ["$.secret.a.scope"]),
        (
            #"{"secret": {"a": {"path": "/x", "scope": {"resource_type": "Client", "idd": "x"}}}}"#,
            ["$.secret.a.scope.idd"]
        ),
        (#"{"secret": {"a": {"path": "/x", "scope": {"id": "x"}}}}"#, ["$.secret.a.scope"]),
        (
            #"{"extra": 1, "secret": {"a-b": {"path": "", "scope": ["Client", 7]}, "#
                + #""c": {"path": "/x", "scope": "Client", "ttl": 1}}}"#,
            ["$.extra", "$.secret['a-b'].path", "$.secret['a-b'].scope[1]", "$.secret.c.ttl"]
        ),
    ].map { Bad(text: $0.0, places: $0.1) }

    @Test(arguments: cases)
    func allFaultsAreListedWithTheirPlaces(config: Bad) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(config.text, to: "vault.json")
        let report = try ChildProcess.keyward(
            ["--port", "0", "--store", "memory:", "--vault-config", path], in: folder.path)
        #expect(report.status == 78, "\(report.errors)")
        #expect(report.errors.contains(path), "\(report.errors)")
        for place in config.places {
            #expect(report.errors.contains(place), "no \(place) in: \(report.errors)")
        }
    }

    @Test func aFolderAndAFileThatMayNotBeReadAreNoConfig() throws {
        let folder = try TemporaryFolder()
        let report = try ChildProcess.keyward(["--port", "0", "--store", "memory:", "--vault-config", folder.path])
        #expect(report.status == 78 && report.errors.contains(folder.path), "\(report.errors)")
        guard KeywardBinary.canBeBound else { return }
        let path = try folder.write(#"{"secret": {}}"#, to: "vault.json")
        try #require(unsafe chmod(path, 0) == 0)
        let denied = try ChildProcess.run(
            KeywardBinary.boundByPermissions() + ["--port", "0", "--store", "memory:", "--vault-config", path])
        #expect(denied.status == 78 && denied.errors.contains(path), "\(denied.errors)")
    }

    @Test(arguments: [
        (#""other": {"path": "VOLUME/root-secret", "scope": "Client/root"}"#, "unknown"),
        (#""root-secret": {"path": "VOLUME/root-secret", "scope": "Client/basic"}"#, "out of scope"),
        (#""root-secret": {"path": "VOLUME/root-secret", "scope": "Patient"}"#, "out of scope"),
    ])
    func aRootSecretThatIsUnknownOrOutOfScopeIsRefused(secret: String, why: String) throws {
        do {
            _ = try Site(
                secrets: ["root-secret": "root-value"], config: secret, arguments: ["--root-secret", "root-secret"])
            Issue.record("it started, though the root secret is \(why)")
        } catch let fault as KeywardProcess.StartFault {
            #expect(fault.status == 78)
            #expect(fault.errors.contains("--root-secret") && fault.errors.contains("root-secret"), "\(fault.errors)")
            #expect(!fault.errors.contains("root-value"))
        }
    }

    @Test func withARootSecretAnyHostMayBeListenedOn() throws {
        let site = try Site.withRoot(arguments: ["--host", "0.0.0.0"])
        #expect(try site.http.get("/fhir/Client/basic", Site.root).status == 200)
    }

    /// No flag and no variable names a vault: every reference is unresolved.
    @Test func withoutAVaultEveryReferenceIsUnresolved() throws {
        let server = try KeywardProcess(["--store", "memory:"])
        let http = HTTPClient(port: server.port)
        #expect(try http.put("/fhir/Client/basic", ClientBody.text()).status == 201)
        #expect(try http.get("/fhir/Patient", Site.basic).status == 401)
    }
}
