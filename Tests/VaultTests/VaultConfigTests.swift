import Glibc
import Testing
import Vault

@Suite struct VaultConfigTests {
    private func decode(_ text: String) throws(VaultConfigFaults) -> VaultConfig {
        try VaultConfig.decode(Array(text.utf8).span, folder: "/etc/keyward")
    }

    /// The faults of `text`, each as its place and what is wrong there.
    private func faults(_ text: String) -> [String] {
        do {
            _ = try decode(text)
            return []
        } catch {
            return error.faults.map { "\($0.place): \($0.what)" }
        }
    }

    private func secret(scope: String) -> String {
        #"{"secret": {"s": {"path": "/s", "scope": \#(scope)}}}"#
    }

    @Test func theExampleOfTheContract() throws {
        let config = try decode(
            """
            { "roots": ["/run/azure-secrets"],
              "secret": {
                "client-secret": { "path": "/run/azure-secrets/client-secret",
                                   "scope": {"resource_type": "Client", "id": "basic"} } } }
            """)
        let secret = VaultConfig.Secret(
            name: SecretName("client-secret"), path: "/run/azure-secrets/client-secret",
            scopes: [SecretScope(resourceType: "Client", id: "basic")])
        #expect(config == VaultConfig(roots: ["/run/azure-secrets"], secrets: [secret], folder: "/etc/keyward"))
    }

    @Test(arguments: [
        (#""Client""#, [SecretScope(resourceType: "Client")]),
        (#""Client/basic""#, [SecretScope(resourceType: "Client", id: "basic")]),
        (#"{"resource_type": "Client"}"#, [SecretScope(resourceType: "Client")]),
        (#"{"id": "a.B-1", "resource_type": "Client"}"#, [SecretScope(resourceType: "Client", id: "a.B-1")]),
        (
            #"{"resource_type": "TokenIntrospector", "id": "x", "field": "jwt.keys.k"}"#,
            [SecretScope(resourceType: "TokenIntrospector", id: "x", field: "jwt.keys.k")]
        ),
        (
            #"{"resource_type": "IdentityProvider", "field": "client.private-key"}"#,
            [SecretScope(resourceType: "IdentityProvider", field: "client.private-key")]
        ),
        (
            #"["Client/a", "Client/b"]"#,
            [SecretScope(resourceType: "Client", id: "a"), SecretScope(resourceType: "Client", id: "b")]
        ),
        (
            #"[{"resource_type": "Client", "id": "a"}, {"resource_type": "Patient"}]"#,
            [SecretScope(resourceType: "Client", id: "a"), SecretScope(resourceType: "Patient")]
        ),
        (
            #"["Client/a", {"resource_type": "Client", "id": "b"}]"#,
            [SecretScope(resourceType: "Client", id: "a"), SecretScope(resourceType: "Client", id: "b")]
        ),
    ])
    func everyShapeOfAScope(text: String, scopes: [SecretScope]) throws {
        #expect(try decode(secret(scope: text)).secrets.first?.scopes == scopes)
    }

    @Test(arguments: [
        "[]", "{}", #""""#, "null", "1", "true", "[null]", "[[]]", #"["Client", ""]"#, #"[["Client"]]"#,
        #""Client/""#, #""/basic""#, #""Client/a/b""#, #""Client/a b""#, #""Client ""#, #""Client/*""#, #""*""#,
        #""Client/é""#, #""Clïent""#, #"{"id": "basic"}"#, #"{"resource_type": ""}"#,
        #"{"resource_type": "Client", "id": ""}"#,
        #"{"resource_type": "Client", "id": null}"#, #"{"resource_type": "Client", "id": 1}"#,
        #"{"resource_type": ["Client"]}"#, #"{"resource_type": "Client/basic"}"#,
        #"{"resourceType": "Client"}"#, #"{"resource_type": "Client", "fields": "secret"}"#,
        #"{"resource_type": "Client", "field": ""}"#, #"{"resource_type": "Client", "field": "a..b"}"#,
        #"{"resource_type": "Client", "field": "a b"}"#, #"{"resource_type": "Client", "field": null}"#,
        #"{"resource_type": "Client", "id": "\#(String(repeating: "x", count: 65))"}"#,
    ])
    func whatIsNoScope(text: String) {
        let faults = faults(secret(scope: text))
        #expect(!faults.isEmpty)
        #expect(faults.allSatisfy { $0.hasPrefix("$.secret.s.scope") })
    }

    @Test(arguments: [
        ("/abs/olute", "/abs/olute"), ("relative", "/etc/keyward/relative"), ("../up", "/etc/keyward/../up"),
        ("/é/\u{65e5}", "/é/\u{65e5}"), ("/\u{338}x", "/\u{338}x"),
    ])
    func aRelativePathStartsAtTheFolderOfTheConfig(spelt: String, path: String) throws {
        let config = try decode(#"{"secret": {"s": {"path": "\#(spelt)", "scope": "Client"}}}"#)
        #expect(config.secrets.first?.path == path)
    }

    @Test func anEmptySecretObjectIsAConfigWithoutSecrets() throws {
        #expect(try decode(#"{"secret": {}}"#) == VaultConfig(secrets: [], folder: "/etc/keyward"))
    }

    @Test func secretsKeepTheOrderOfTheFile() throws {
        let members = ["z", "a", "m"].map { #""\#($0)": {"path": "/\#($0)", "scope": "Client"}"# }
        let config = try decode(#"{"secret": {\#(members.joined(separator: ","))}}"#)
        #expect(config.secrets.map(\.name.text) == ["z", "a", "m"])
    }

    @Test func allFaultsAreReportedTogetherInTheOrderOfTheFile() {
        let text = """
            { "roots": ["/run", "relative", 7, ""],
              "secrets": {},
              "secret": {
                "": {"path": "/a", "scope": "Client"},
                "client-secret": {"path": "", "scope": [{"resource_type": "Client", "id": "a b"}, "x/y/z"]},
                "no.path": {"scope": "Client", "previous_path": "/old", "overlap": "10m"},
                "noscope": {"path": 5},
                "it's": "a string",
                "nul": {"path": "/a\\u0000b", "scope": {}, "paths": []} } }
            """
        #expect(
            faults(text) == [
                "$.roots[1]: \"relative\" is not an absolute path",
                "$.roots[2]: this is not a path: a string that is not empty and holds no NUL",
                "$.roots[3]: this is not a path: a string that is not empty and holds no NUL",
                "$.secrets: there is no such member",
                "$.secret['']: the secret has no name",
                "$.secret['client-secret'].path: this is not a path: a string that is not empty and holds no NUL",
                "$.secret['client-secret'].scope[0].id: this is not an id: 1 to 64 of A-Z a-z 0-9 - .",
                "$.secret['client-secret'].scope[1]: \"x/y/z\" is neither a resource type nor a type and an id",
                "$.secret['no.path']: `path` is missing",
                "$.secret.noscope: `scope` is missing",
                "$.secret.noscope.path: this is not a path: a string that is not empty and holds no NUL",
                #"$.secret['it\'s']: this is not an object"#,
                "$.secret.nul.path: this is not a path: a string that is not empty and holds no NUL",
                "$.secret.nul.scope: `resource_type` is missing",
                "$.secret.nul.paths: there is no such member",
            ])
    }

    @Test(arguments: [
        ("[]", "$: this is not an object"), ("null", "$: this is not an object"), ("{}", "$: `secret` is missing"),
        (#"{"secret": []}"#, "$.secret: this is not an object"),
        (#"{"secret": {}, "roots": []}"#, "$.roots: this is not an array of folders"),
        (#"{"secret": {}, "roots": "/run"}"#, "$.roots: this is not an array of folders"),
    ])
    func aFaultyFrame(text: String, fault: String) {
        #expect(faults(text) == [fault])
    }

    @Test(arguments: [
        ("", "line 1, column 1"), ("{\n  \"secret\": {},\n  \"secret\": {}\n}", "line 3, column 3"),
        ("{\"secret\": {\n\"a\": {\"path\": \"/a\",\n \"path\": \"/b\"}}}", "line 3, column 2"),
        ("{\"secret\": {}} x", "line 1, column 16"),
        ("{\"secret\": {},}", "line 1, column 15"), ("\u{feff}{}", "line 1, column 1"),
        (String(repeating: "[", count: 17) + String(repeating: "]", count: 17), "line 1, column 17"),
    ])
    func whatIsNoJSONIsPlacedByLineAndColumn(text: String, place: String) {
        let faults = faults(text)
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix(place + ":") == true, "\(faults)")
    }

    private func secret(_ members: String) -> String {
        #"{"secret": {"s": {"scope": "Client", \#(members)}}}"#
    }

    @Test(arguments: [
        ("1s", 1), ("90s", 90), ("10m", 600), ("24h", 86_400), ("720h", 2_592_000), ("2592000s", 2_592_000),
    ])
    func aPreviousPathCountsForAnOverlap(overlap: String, seconds: Int) throws {
        let config = try decode(secret(#""path": "/s", "previous_path": "old/s", "overlap": "\#(overlap)""#))
        #expect(config.secrets.first?.path == "/s")
        #expect(
            config.secrets.first?.previous
                == VaultConfig.Secret.Previous(path: "/etc/keyward/old/s", overlap: .seconds(seconds)))
    }

    @Test func versionsAreTheNumberedFilesOfAFolder() throws {
        let config = try decode(secret(#""versions": 2, "path": "/run/s/alias", "overlap": "10m""#))
        #expect(config.secrets.first?.path == "/run/s/alias/0")
        #expect(
            config.secrets.first?.previous
                == VaultConfig.Secret.Previous(path: "/run/s/alias/1", overlap: .seconds(600)))
    }

    @Test(arguments: [
        #""""#, #""0s""#, #""10""#, #""m""#, #""-1m""#, #""+1m""#, #""1.5h""#, #""10 m""#, #""10M""#, #""1d""#,
        #""721h""#,
        #""99999999999999999999h""#, "600", "null", #"["10m"]"#, #""10m ""#,
    ])
    func whatIsNoOverlap(overlap: String) {
        #expect(
            faults(secret(#""path": "/s", "previous_path": "/old", "overlap": \#(overlap)"#))
                == [#"$.secret.s.overlap: this is not a time from "1s" to "720h""#])
    }

    @Test(arguments: ["1", "3", "2.0", #""2""#, "null", "true", "[2]"])
    func whatIsNoNumberOfVersions(versions: String) {
        let faults = faults(secret(#""path": "/s", "versions": \#(versions), "overlap": "10m""#))
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("$.secret.s.versions: this is not the number 2") == true)
    }

    @Test(arguments: [
        (#""previous_path": "/old""#, "$.secret.s: `overlap` is missing"),
        (#""versions": 2"#, "$.secret.s: `overlap` is missing"),
        (#""overlap": "10m""#, "$.secret.s.overlap: there is no previous value that could count"),
        (
            #""previous_path": "/old", "versions": 2, "overlap": "10m""#,
            "$.secret.s.versions: `previous_path` names the value before as well"
        ),
    ])
    func aPreviousValueHasOnePlaceAndAnEnd(members: String, fault: String) {
        #expect(faults(secret(#""path": "/s", \#(members)"#)) == [fault])
    }

    @Test(arguments: [
        ("[]", VaultConfigFault.Code.badValue), ("{", .notJSON), (#"{"secret": {}, "secret": {}}"#, .duplicateName),
        (#"{"secret": {}, "secrets": {}}"#, .unknownMember), ("{}", .missingMember),
        (#"{"secret": {"s": {"path": "/s", "scope": "Client/"}}}"#, .badScope),
        (#"{"secret": {"s": {"path": "/s", "scope": {"resource_type": "Client", "ids": "a"}}}}"#, .unknownMember),
        (#"{"secret": {"s": {"path": "", "scope": "Client"}}}"#, .badValue),
        (String(repeating: " ", count: 1_048_577), .tooLarge),
    ])
    func eachKindOfFaultHasItsCode(text: String, code: VaultConfigFault.Code) {
        do {
            _ = try decode(text)
            Issue.record("nothing was wrong")
        } catch {
            #expect(error.faults.map(\.code) == [code])
        }
    }

    @Test func oneMebibyteIsTheLimit() throws {
        let text = #"{"secret": {}}"#
        let padding = String(repeating: " ", count: 1_048_576 - text.utf8.count)
        #expect(try decode(text + padding).secrets.isEmpty)
        #expect(faults(text + padding + " ") == ["$: the config is larger than 1048576 bytes"])
    }

    @Test func aFaultSaysWhatToDo() {
        #expect(throws: VaultConfigFaults.self) { try decode(secret(scope: "[]")) }
        do {
            _ = try decode(secret(scope: "[]"))
        } catch {
            #expect(
                error.description
                    == "$.secret.s.scope: an empty scope admits nobody; write \"Client\", \"Client/basic\", "
                    + "{\"resource_type\": \"Client\", \"id\": \"basic\"}, or an array of these")
        }
    }

    @Test func aFileIsLoadedAndItsFolderIsThatOfThePathAsSpelt() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("..data")
        try folder.write(#"{"secret": {"s": {"path": "beside", "scope": "Client"}}}"#.utf8, to: "..data/vault.json")
        let path = try folder.link("vault.json", to: "..data/vault.json")
        #expect(try VaultConfigFile(path, files: PosixFiles()).load().secrets.first?.path == folder("beside"))
    }

    @Test func aConfigBesideTheWorkingFolderGetsAnAbsoluteFolder() throws {
        let files = ScriptedFiles([
            "vault.json": #"{"secret": {}}"#, "conf/vault.json": #"{"secret": {}}"#, "/vault.json": #"{"secret": {}}"#,
        ])
        // The scripted working folder is called ".".
        #expect(try VaultConfigFile("vault.json", files: files).load().folder == ".")
        #expect(try VaultConfigFile("conf/vault.json", files: files).load().folder == "./conf")
        #expect(try VaultConfigFile("/vault.json", files: files).load().folder == "/")
    }

    @Test(.timeLimit(.minutes(1))) func aConfigThatIsNoRegularFileIsRefusedAndNotWaitedFor() throws {
        let folder = try TemporaryFolder()
        #expect(unsafe mkfifo(folder("fifo"), 0o600) == 0)
        for path in [folder("fifo"), folder.path, "/dev/zero"] {
            do {
                _ = try VaultConfigFile(path, files: PosixFiles()).load()
                Issue.record("\(path) was taken")
            } catch {
                #expect(error.faults.map(\.code) == [.unreadable] && error.description.contains("not a regular file"))
            }
        }
    }

    @Test func aConfigThatCannotBeReadSaysSo() {
        do {
            _ = try VaultConfigFile("/nowhere/vault.json", files: PosixFiles()).load()
            Issue.record("there is no such file")
        } catch {
            #expect(
                error.description == "/nowhere/vault.json: it cannot be read (No such file or directory); "
                    + "write the vault config there, readable for the user that runs keyward")
        }
    }
}
