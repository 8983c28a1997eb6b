import Testing
import Vault

@Suite struct VaultConfigFollowerTests {
    private static let path = "/etc/vault.json"

    private static func text(_ names: String..., scope: String = "Client") -> String {
        let secrets = names.map { #""\#($0)": {"path": "/s/\#($0)", "scope": "\#(scope)"}"# }
        return #"{"secret": {\#(secrets.joined(separator: ","))}}"#
    }

    private let files = ScriptedFiles([path: text("a")])

    private func follower(
        objection: @escaping @Sendable (VaultConfig) -> VaultConfigFault? = { _ in nil }
    ) throws -> VaultConfigFollower {
        let file = VaultConfigFile(Self.path, files: files)
        var follower = VaultConfigFollower(file, inForce: try file.load(), objection: objection)
        #expect(follower.look() == nil, "what was loaded is what is there")
        return follower
    }

    private func put(_ text: String, secondsAgo: Int64 = 1) {
        files.change { $0.place(text, at: Self.path, seconds: $0.now.seconds - secondsAgo) }
    }

    @Test func aGoodConfigComesIntoForceAtTheNextLook() throws {
        var follower = try follower()
        put(Self.text("b", "a"))
        guard case .adopted(let config, let difference) = follower.look() else {
            Issue.record("nothing was adopted")
            return
        }
        #expect(config.secrets.map(\.name.text) == ["b", "a"] && config == follower.inForce)
        #expect(difference.added == [SecretName("b")] && difference.removed.isEmpty)
        #expect(follower.look() == nil)
    }

    /// `==` of two texts takes both spellings of é for one; a file system does not.
    @Test func anotherSpellingOfAPathIsAnotherPath() throws {
        let composed = "/s/caf\u{E9}"
        let decomposed = "/s/cafe\u{301}"
        var follower = try follower()
        for (member, isPath) in [("path", true), ("previous_path", true), ("roots", false)] {
            func text(_ path: String) -> String {
                let roots = isPath ? "" : #""roots": ["\#(path)"], "#
                let file = member == "path" ? path : "/s/now"
                let older = member == "previous_path" ? #", "previous_path": "\#(path)", "overlap": "1m""# : ""
                return #"{\#(roots)"secret": {"a": {"path": "\#(file)"\#(older), "scope": "Client"}}}"#
            }
            put(text(composed))
            _ = follower.look()
            put(text(decomposed))
            guard case .adopted(_, let difference) = follower.look() else {
                Issue.record("another \(member) was no news")
                continue
            }
            #expect(difference.repathed == (isPath ? [SecretName("a")] : []))
            #expect(difference.movesRoots == !isPath)
        }
    }

    @Test func aLookAtAnUnchangedFileIsOneStat() throws {
        var follower = try follower()
        let before = files.calls.count
        #expect(follower.look() == nil)
        #expect(files.calls.count == before + 1)
    }

    @Test func aBadConfigChangesNothingAndIsToldOnce() throws {
        var follower = try follower()
        let inForce = follower.inForce
        put(#"{"secret": {"a": {"path": 1}, "b": {}}}"#)
        let news = follower.look()
        guard case .refused(let faults) = news else {
            Issue.record("it was taken")
            return
        }
        #expect(faults.count == 4 && faults == follower.faults)
        #expect(follower.inForce == inForce)
        #expect(follower.look() == nil)
        put(#"{"secret": {"a": {"path": 1}, "b": {}}}"#)
        #expect(follower.look() == nil, "the same faults in another file are no news")
        put("{")
        #expect(follower.look() != nil && follower.faults.map(\.code) == [.notJSON])
    }

    @Test func theConfigInForceComingBackIsToldAsThat() throws {
        var follower = try follower()
        put("{")
        _ = follower.look()
        put(Self.text("a"))
        #expect(follower.look() == .restored)
        #expect(follower.faults.isEmpty)
        #expect(follower.look() == nil)
    }

    @Test func aSwapOfTheSameConfigIsNoNews() throws {
        var follower = try follower()
        put(Self.text("a"))
        #expect(follower.look() == nil)
    }

    @Test func aFileThatIsStillBeingWrittenIsLeftToTheNextLook() throws {
        var follower = try follower()
        put("{", secondsAgo: 0)
        #expect(follower.look() == nil && follower.faults.isEmpty)
        put(Self.text("b"), secondsAgo: 0)
        #expect(follower.look() == nil && follower.inForce.secrets.first?.name.text == "a")
        #expect(follower.look() != nil, "it stood still between two looks, though the clock says it is new")
        #expect(follower.inForce.secrets.first?.name.text == "b")
    }

    @Test func aFileInTheMiddleOfASwapIsNotMissedAtOnce() throws {
        var follower = try follower()
        files.change { $0.remove(Self.path) }
        #expect(follower.look() == nil)
        put(Self.text("b"))
        #expect(follower.look() != nil && follower.inForce.secrets.first?.name.text == "b")
        files.change { $0.remove(Self.path) }
        #expect(follower.look() == nil)
        guard case .refused(let faults) = follower.look() else {
            Issue.record("it is gone and nobody says so")
            return
        }
        #expect(faults.map(\.code) == [.unreadable] && faults.first?.place == Self.path)
        #expect(follower.look() == nil)
        put(Self.text("b"))
        #expect(follower.look() == .restored)
    }

    /// Each swap has a moment of its own, whatever was there between two of them.
    @Test(arguments: [("{", 1), (#"{"secret": {}}"#, 0)] as [(String, Int64)])
    func oneThatIsMissedTwiceButNotInARowIsNotGone(between: String, secondsAgo: Int64) throws {
        var follower = try follower()
        files.change { $0.remove(Self.path) }
        #expect(follower.look() == nil)
        put(between, secondsAgo: secondsAgo)
        _ = follower.look()
        files.change { $0.remove(Self.path) }
        #expect(follower.look() == nil)
        #expect(!follower.faults.contains { $0.code == .unreadable })
    }

    @Test func aConfigThatIsObjectedToIsABadOne() throws {
        let fault = VaultConfigFault(.rootSecret, at: "root-secret", what: "it is gone", remedy: "keep it")
        var follower = try follower { $0.secrets.isEmpty ? fault : nil }
        put(#"{"secret": {}}"#)
        #expect(follower.look() == .refused([fault]))
        #expect(follower.inForce.secrets.count == 1)
    }

    @Test func theDifferenceNamesWhatBecameOfEachSecret() throws {
        func secret(
            _ name: String, _ path: String = "/p", previous: String? = "/o", overlap: Int = 1, scope: String = "Client"
        ) -> VaultConfig.Secret {
            VaultConfig.Secret(
                name: SecretName(name), path: path,
                previous: previous.map { .init(path: $0, overlap: .seconds(overlap)) },
                scopes: [SecretScope(resourceType: scope)])
        }
        let old = VaultConfig(
            secrets: ["kept", "removed", "scope", "path", "previous", "overlap"].map { secret($0) }, folder: "/")
        let new = VaultConfig(
            roots: ["/r"],
            secrets: [
                secret("added"), secret("overlap", overlap: 2), secret("previous", previous: nil),
                secret("path", "/q"), secret("scope", scope: "Patient"), secret("kept"),
            ], folder: "/")
        let difference = VaultConfigDifference(from: old, to: new)
        #expect(difference.added.map(\.text) == ["added"])
        #expect(difference.removed.map(\.text) == ["removed"])
        #expect(difference.rescoped.map(\.text) == ["scope"])
        #expect(difference.repathed.map(\.text) == ["previous", "path"])
        #expect(difference.retimed.map(\.text) == ["overlap"])
        #expect(difference.movesRoots)
        #expect(!VaultConfigDifference(from: old, to: old).movesRoots)
    }
}
