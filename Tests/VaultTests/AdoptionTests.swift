import Testing
import Vault

/// A resolver that takes another config while it runs.
@Suite struct AdoptionTests {
    private static func config(
        _ paths: KeyValuePairs<String, String>, roots: [String]? = nil,
        scope: SecretScope = .init(resourceType: "Client"),
        overlap: Duration? = nil
    ) -> VaultConfig {
        VaultConfig(
            roots: roots,
            secrets: paths.map { name, path in
                VaultConfig.Secret(
                    name: SecretName(name), path: path, previous: overlap.map { .init(path: "/old", overlap: $0) },
                    scopes: [scope])
            }, folder: "/")
    }

    private let files = ScriptedFiles(["/a": "alpha", "/b": "beta", "/old": "gamma"])

    private func resolver(_ config: VaultConfig) -> SecretResolver {
        SecretResolver(config: config, files: files, pauses: Pauses())
    }

    @Test func namesComeAndGoFromTheNextRequestOn() async {
        let resolver = resolver(Self.config(["a": "/a"]))
        #expect(await resolver.verdict(on: "alpha", as: "a") == .admitted)
        #expect(await resolver.verdict(on: "beta", as: "b") == .failed("unknown-secret"))
        resolver.adopt(Self.config(["b": "/b"]))
        #expect(await resolver.verdict(on: "alpha", as: "a") == .failed("unknown-secret"))
        #expect(await resolver.verdict(on: "beta", as: "b") == .admitted)
    }

    @Test func anotherPathIsAnotherValueAtOnce() async {
        let resolver = resolver(Self.config(["a": "/a"]))
        #expect(await resolver.verdict(on: "alpha", as: "a") == .admitted)
        resolver.adopt(Self.config(["a": "/b"]))
        #expect(await resolver.verdict(on: "alpha", as: "a") == .refused)
        #expect(await resolver.verdict(on: "beta", as: "a") == .admitted)
    }

    @Test func anotherScopeCountsAtOnceAndOpensNoFile() async {
        let resolver = resolver(Self.config(["a": "/a"]))
        resolver.adopt(Self.config(["a": "/a"], scope: .init(resourceType: "Client", id: "other")))
        #expect(await resolver.verdict(on: "alpha", as: "a") == .failed("out-of-scope"))
        #expect(files.count(.open) == 0)
    }

    @Test func aClaimThatIsKeptIsJudgedByTheConfigInForce() async {
        let claim = SecretClaim(to: SecretName("a"), for: .basic)
        func verdict(_ resolver: SecretResolver, on password: String) -> Verdict {
            let presented = SecretBytes(copying: password.utf8.span)
            do throws(VaultError) {
                let judgement = try resolver.judge(presented, by: claim, since: .latest)
                guard case .settled(let verdict) = judgement else { return .failed("open") }
                return verdict == .admitted(.current) ? .admitted : .refused
            } catch {
                return .failed(error.code)
            }
        }
        let resolver = resolver(Self.config(["b": "/b", "a": "/a"]))
        let other = self.resolver(Self.config(["a": "/b"]))
        // Twice each: found, and then known.
        for _ in 1...2 { #expect(verdict(resolver, on: "alpha") == .admitted) }
        for _ in 1...2 { #expect(verdict(other, on: "beta") == .admitted) }
        for _ in 1...2 { #expect(verdict(resolver, on: "beta") == .refused) }
        resolver.adopt(Self.config(["a": "/b", "b": "/a"]))
        for _ in 1...2 { #expect(verdict(resolver, on: "beta") == .admitted) }
        let looked = files.count(.stat)
        let opened = files.count(.open)
        resolver.adopt(Self.config(["b": "/b", "a": "/a"], scope: .init(resourceType: "Client", id: "other")))
        for _ in 1...2 { #expect(verdict(resolver, on: "alpha") == .failed("out-of-scope")) }
        resolver.adopt(Self.config(["b": "/b"]))
        for _ in 1...2 { #expect(verdict(resolver, on: "alpha") == .failed("unknown-secret")) }
        #expect(files.count(.open) == opened)
        // Each denial at another path than the secret's own.
        #expect(files.count(.stat) == looked + 4)
        #expect(files.calls.suffix(4).allSatisfy { $0.path == "/b" })
        resolver.adopt(Self.config(["a": "/a"]))
        for _ in 1...2 { #expect(verdict(resolver, on: "alpha") == .admitted) }
    }

    @Test func aFileThatStaysIsNotReadAgain() async {
        let resolver = resolver(Self.config(["a": "/a"]))
        #expect(await resolver.verdict(on: "alpha", as: "a") == .admitted)
        resolver.adopt(Self.config(["b": "/b", "a": "/a"]))
        #expect(await resolver.verdict(on: "alpha", as: "a") == .admitted)
        #expect(files.count(.open) == 1)
    }

    @Test func otherRootsAreAskedForEveryFileAgain() async {
        let resolver = resolver(Self.config(["a": "/a"]))
        #expect(await resolver.verdict(on: "alpha", as: "a") == .admitted)
        resolver.adopt(Self.config(["a": "/a"], roots: ["/elsewhere"]))
        #expect(await resolver.verdict(on: "alpha", as: "a") == .failed("outside-roots"))
        resolver.adopt(Self.config(["a": "/a"], roots: ["/"]))
        #expect(await resolver.verdict(on: "alpha", as: "a") == .admitted)
    }

    /// Without this every reload would be a restart, after which only the file's time is left to reckon from.
    @Test(arguments: [nil, ["/"]])
    func aReloadRevivesNoOverlap(roots: [String]?) async {
        let resolver = resolver(Self.config(["a": "/a"], overlap: .seconds(600)))
        #expect(await resolver.verdict(on: "gamma", as: "a") == .expired, "the file's time is 999 s ago")
        files.change { $0.place("alpha", at: "/a", seconds: 900) }
        resolver.adopt(Self.config(["a": "/a"], roots: roots, overlap: .seconds(700)))
        #expect(await resolver.verdict(on: "gamma", as: "a") == .expired)
        #expect(await resolver.verdict(on: "alpha", as: "a") == .admitted)
    }
}
