import Testing
import Vault

@Suite struct SharedLookTests {
    private static func admitted(
        _ resolver: SecretResolver, _ password: String, since arrival: Moment
    ) async throws -> Bool {
        try await resolver.admits(
            SecretBytes(copying: Array(password.utf8).span), as: SecretName("client-secret"), for: .basic,
            since: arrival) == .admitted(.current)
    }

    @Test func oneLookServesEveryRequestThatHadArrivedBeforeItBegan() async throws {
        let files = ScriptedFiles(["/secret": "old"])
        let resolver = SecretResolver(path: "/secret", files: files)
        let arrival = Moment.now()
        #expect(try await Self.admitted(resolver, "old", since: arrival))
        let looks = files.count(.stat)
        #expect(try await Self.admitted(resolver, "old", since: arrival))
        #expect(try await Self.admitted(resolver, "wrong", since: arrival) == false)
        #expect(files.count(.stat) == looks)
        #expect(try await Self.admitted(resolver, "old", since: .now()))
        #expect(files.count(.stat) == looks + 1)
    }

    @Test func aRequestThatArrivedAfterTheLookSeesTheChange() async throws {
        let files = ScriptedFiles(["/secret": "old"])
        let resolver = SecretResolver(path: "/secret", files: files)
        let before = Moment.now()
        #expect(try await Self.admitted(resolver, "old", since: before))
        files.change { $0.place("new", at: "/secret") }
        // It had arrived before the change, so the look from before the change does for it.
        #expect(try await Self.admitted(resolver, "old", since: before))
        #expect(try await Self.admitted(resolver, "old", since: .now()) == false)
        #expect(try await Self.admitted(resolver, "new", since: before))
    }

    @Test func aValueThatWasNotKeptServesNobodyElse() async throws {
        let files = ScriptedFiles()
        files.change { $0.place("young", at: "/secret", seconds: 1_000) }
        let resolver = SecretResolver(path: "/secret", files: files)
        let arrival = Moment.now()
        #expect(try await Self.admitted(resolver, "young", since: arrival))
        let looks = files.count(.stat)
        #expect(try await Self.admitted(resolver, "young", since: arrival))
        #expect(files.count(.stat) == looks + 1)
    }

    @Test func aDecoyLookIsSharedAlike() async throws {
        let files = ScriptedFiles(["/secret": "old"])
        let resolver = SecretResolver(path: "/secret", files: files)
        let arrival = Moment.now()
        let password = SecretBytes(copying: [1, 2, 3].span)
        resolver.decoyLook(password, since: arrival)
        #expect(files.count(.stat) == 1)
        resolver.decoyLook(password, since: arrival)
        #expect(files.count(.stat) == 1)
        resolver.decoyLook(password, since: .now())
        #expect(files.count(.stat) == 2)
    }
}
