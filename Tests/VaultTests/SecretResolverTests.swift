import Testing
import Vault

@Suite struct SecretResolverTests {
    private let config = VaultConfig(
        secrets: [
            VaultConfig.Secret(
                name: SecretName("one"), path: "/one",
                scopes: [
                    SecretScope(resourceType: "Client", id: "first"),
                    SecretScope(resourceType: "Client", id: "second", field: "secret"),
                ]),
            VaultConfig.Secret(
                name: SecretName("two"), path: "/two", scopes: [SecretScope(resourceType: "Client")]),
            VaultConfig.Secret(
                name: SecretName("three"), path: "/three", scopes: [SecretScope(resourceType: "Client")]),
        ], folder: "/config")

    private func client(_ id: String, field: String = "secret") -> Requester {
        Requester(resourceType: "Client", id: id, field: field)
    }

    @Test func anyOfTheScopesSuffices() async {
        let files = ScriptedFiles(["/one": "1"])
        let resolver = SecretResolver(config: config, files: files, pauses: Pauses())
        #expect(await resolver.verdict(on: "1", as: "one", for: client("first", field: "other")) == .admitted)
        #expect(await resolver.verdict(on: "1", as: "one", for: client("second")) == .admitted)
        #expect(
            await resolver.verdict(on: "1", as: "one", for: client("second", field: "x")) == .failed("out-of-scope"))
        #expect(await resolver.verdict(on: "1", as: "one", for: client("third")) == .failed("out-of-scope"))
    }

    @Test func aDeniedScopeOpensNoFileAndLooksAtAnotherPath() async {
        let files = ScriptedFiles(["/one": "1", "/two": "2"])
        let resolver = SecretResolver(config: config, files: files, pauses: Pauses())
        #expect(await resolver.verdict(on: "1", as: "one", for: client("third")) == .failed("out-of-scope"))
        #expect(files.calls == [ScriptedFiles.Call(kind: .stat, number: 1, path: "/two")])
    }

    @Test func theOnlySecretIsNotItsOwnDecoy() async {
        let files = ScriptedFiles(["/only": "1"])
        let secret = VaultConfig.Secret(
            name: SecretName("only"), path: "/only", scopes: [SecretScope(resourceType: "Client", id: "a")])
        let config = VaultConfig(secrets: [secret], folder: "/config")
        let resolver = SecretResolver(config: config, files: files, pauses: Pauses())
        #expect(await resolver.verdict(on: "1", as: "only", for: client("b")) == .failed("out-of-scope"))
        #expect(files.calls == [ScriptedFiles.Call(kind: .stat, number: 1, path: "/config")])
    }

    @Test func anUnknownNameLooksOnce() async {
        let files = ScriptedFiles(["/one": "1"])
        let resolver = SecretResolver(config: config, files: files, pauses: Pauses())
        #expect(await resolver.verdict(on: "1", as: "four", for: client("first")) == .failed("unknown-secret"))
        #expect(files.calls == [ScriptedFiles.Call(kind: .stat, number: 1, path: "/one")])
        resolver.decoyLook(SecretBytes(copying: [1, 2, 3].span))
        #expect(files.calls.last == ScriptedFiles.Call(kind: .stat, number: 2, path: "/one"))
    }

    @Test func anUnchangedFileIsOpenedOnceAndLookedAtEachTime() async {
        let files = ScriptedFiles(["/two": "2"])
        let resolver = SecretResolver(config: config, files: files, pauses: Pauses())
        for _ in 1...10 {
            #expect(await resolver.verdict(on: "2", as: "two", for: client("x")) == .admitted)
            #expect(await resolver.verdict(on: "3", as: "two", for: client("x")) == .refused)
        }
        #expect(files.count(.open) == 1)
        #expect(files.count(.stat) == 20)
    }

    @Test func aFileThatIsNoSecretIsReadOnceToo() async {
        let files = ScriptedFiles(["/two": "null"])
        let resolver = SecretResolver(config: config, files: files, pauses: Pauses())
        for _ in 1...3 {
            #expect(await resolver.verdict(on: "null", as: "two", for: client("x")) == .failed("no-value"))
        }
        #expect(files.count(.open) == 1)
    }

    @Test func withoutAVaultEveryReferenceIsUnknown() async {
        let resolver = SecretResolver(config: .none, files: PosixFiles(), pauses: Pauses())
        #expect(await resolver.verdict(on: "x") == .failed("unknown-secret"))
        #expect(resolver.obstacle(to: SecretName("x"), for: .basic) == .unknownSecret(SecretName("x")))
        #expect(await resolver.inspect().isEmpty)
    }

    @Test func whatStandsInTheWayIsSaidWithoutTouchingTheDisk() {
        let files = ScriptedFiles()
        let resolver = SecretResolver(config: config, files: files, pauses: Pauses())
        let one = SecretName("one")
        #expect(resolver.obstacle(to: one, for: client("first")) == nil)
        #expect(resolver.obstacle(to: one, for: client("third")) == .outOfScope(one, client("third")))
        #expect(resolver.obstacle(to: SecretName("ONE"), for: client("first")) == .unknownSecret(SecretName("ONE")))
        #expect(files.calls.isEmpty)
    }

    @Test func inspectionTellsReadyPendingAndFaultyInTheOrderOfTheConfig() async {
        let resolver = SecretResolver(
            config: config, files: ScriptedFiles(["/one": "1", "/three": ""]), pauses: Pauses())
        let statuses = await resolver.inspect()
        #expect(statuses.map(\.name.text) == ["one", "two", "three"])
        #expect(statuses.map(\.state) == [.ready, .pending, .faulty])
        #expect(statuses.map(\.error?.code) == [nil, "file-missing", "empty"])
    }

    @Test func everyErrorNamesTheSecretThePlaceAndARemedy() async {
        let resolver = SecretResolver(config: config, files: ScriptedFiles(["/three": ""]), pauses: Pauses())
        let descriptions = await resolver.inspect().compactMap(\.error?.description)
        #expect(descriptions.count == 3)
        #expect(
            descriptions.last == "secret 'three': /three is empty; write the value into it")
        #expect(
            resolver.obstacle(to: SecretName("one"), for: client("x"))?.description
                == "no scope of secret 'one' admits Client/x, field secret; add it to `scope`, or correct the reference"
        )
    }
}
