import FHIR
import HTTP
import JSON
import Storage
import Synchronization
import Testing
import Transport
import Vault

@testable import Server

@Suite struct HealthTests {
    private func health(
        _ desk: Desk, rootSecret: String? = nil, watch: VaultWatch? = nil,
        now: @escaping @Sendable () -> Deadline = Deadline.now
    ) -> Health {
        Health(
            store: desk.store, directory: ClientDirectory(desk.store), vault: desk.vault,
            watch: watch ?? desk.watch(), rootSecret: rootSecret.map { SecretName($0) }, version: "1.2.3",
            now: now)
    }

    private func check(_ name: String, of response: Response) -> JSONObject? {
        response.json.value(at: "checks", name, "0")?.object
    }

    @Test func aServerWithNothingToComplainOfPasses() async throws {
        let desk = try Desk()
        try await desk.store.put(client("basic", secret: "here"))
        try await desk.store.put(client("bare", secret: nil))
        let clock = HandClock()
        let response = await health(desk, watch: desk.watch(clock: clock.now), now: clock.now).respond()
        #expect(response.status == .ok)
        #expect(response[.contentType] == "application/health+json")
        #expect(
            response.text
                == #"{"status":"pass","version":"1","releaseId":"1.2.3","#
                + #""checks":{"store":[{"status":"pass"}],"vault":[{"status":"pass","#
                + #""secrets_ready":1,"secrets_pending":1,"secrets_faulty":0,"config_age_seconds":0}]}}"#)
    }

    @Test(arguments: [("lost", "gone"), ("other", "here"), ("basic", "nowhere")])
    func aReferenceThatCannotBeUsedWarnsAndIsNotNamed(id: String, secret: String) async throws {
        let desk = try Desk()
        try await desk.store.put(client("basic", secret: "here"))
        try await desk.store.put(client(id, secret: secret))
        let response = await health(desk).respond()
        #expect(response.status == .ok)
        #expect(response.json["status"] == "warn")
        #expect(check("vault", of: response)?["status"] == "warn")
        #expect(
            check("vault", of: response)?["output"]?.string?.hasPrefix(id == "basic" ? "1 of 1 " : "1 of 2 ") == true)
        #expect(check("store", of: response)?["status"] == "pass")
        for name in ["here", "gone", "nowhere", "lost", "basic", desk.scratch.path] {
            #expect(!response.text.contains(name))
        }
    }

    @Test func aReferenceOfAnySystemTypeCounts() async throws {
        let desk = try Desk()
        try await desk.store.put(client("basic", secret: "here"))
        try await desk.store.put(introspector("t", secret: "here"))
        let response = await health(desk).respond()
        #expect(response.json["status"] == "warn", "the scope is that of Clients")
        #expect(check("vault", of: response)?["output"]?.string?.hasPrefix("1 of 2 ") == true)
    }

    @Test func aSecretThatNobodyRefersToWarnsNobody() async throws {
        let desk = try Desk()
        try await desk.store.put(client("lost", secret: "gone"))
        try await desk.store.delete("Client/lost")
        #expect(await health(desk).respond().json["status"] == "pass")
    }

    @Test func aFileThatIsNoSecretWarns() async throws {
        let desk = try Desk()
        try await desk.store.put(client("basic", secret: "here"))
        try desk.scratch.write("", to: "here")
        #expect(await health(desk).respond().json["status"] == "warn")
    }

    @Test func aConfigThatWasRefusedWarnsWithItsCodesAndTheAgeOfTheOneInForce() async throws {
        let desk = try Desk()
        let clock = HandClock()
        let file = VaultConfigFile(
            try desk.scratch.write(#"{"secret": {}, "name": 1}"#, to: "vault.json"), files: PosixFiles())
        let watch = desk.watch(following: file, clock: clock.now)
        // The file is new; it counts once it has stood still between two looks.
        for _ in 1...2 { await watch.followConfig() }
        clock.advance(.seconds(75))
        let response = await health(desk, watch: watch, now: clock.now).respond()
        #expect(response.status == .ok)
        #expect(response.json["status"] == "warn")
        #expect(
            check("vault", of: response)?["output"]
                == .string(
                    "The file of the vault config is faulty (config-unknown-member), and the log names each place; "
                        + "the last good one has been in force for 75 s.")
        )
        #expect(!response.text.contains("$.name"))
    }

    @Test func aStoreThatCannotWriteFailsAndSaysNothingOfItsFiles() async throws {
        let desk = try Desk()
        try await desk.store.put(client("lost", secret: "gone"))
        desk.store.breaks(with: .unavailable("the disk at /srv is gone"))
        let response = await health(desk).respond()
        #expect(response.status == .serviceUnavailable)
        #expect(response.json["status"] == "fail")
        #expect(check("store", of: response)?["status"] == "fail")
        #expect(check("vault", of: response)?["status"] == "warn")
        #expect(!response.text.contains("/srv"))
    }

    @Test func moreThanOnePageOfClientsIsLookedAt() async throws {
        let desk = try Desk()
        for number in 0..<1_001 { try await desk.store.put(client("c\(number)", secret: nil)) }
        try await desk.store.put(client("z", secret: "gone"))
        #expect(check("vault", of: await health(desk).respond())?["output"]?.string?.hasPrefix("1 of 1 ") == true)
    }

    @Test(arguments: ["gone", "nowhere"])
    func aRootSecretThatCannotBeUsedWarnsAsAClientsDoes(name: String) async throws {
        let desk = try Desk()
        try await desk.store.put(client("basic", secret: "here"))
        let response = await health(desk, rootSecret: name).respond()
        #expect(response.status == .ok)
        #expect(response.json["status"] == "warn")
        #expect(check("vault", of: response)?["output"]?.string?.hasPrefix("1 of 2 ") == true)
        #expect(!response.text.contains(name))
    }

    @Test func aRootSecretThatIsThereIsNothingToComplainOf() async throws {
        let desk = try Desk()
        #expect(await health(desk, rootSecret: "here").respond().json["status"] == "pass")
    }

    @Test func aReferenceBelowAnotherMemberCounts() async throws {
        let desk = try Desk()
        try await desk.store.put(clientWithJWT("basic", secret: "here"))
        try await desk.store.put(clientWithJWT("lost", secret: "nowhere"))
        #expect(check("vault", of: await health(desk).respond())?["output"]?.string?.hasPrefix("1 of 2 ") == true)
    }

    @Test func aStoreWhoseProbeFindsNoRoomFailsWithoutAnyWrite() async throws {
        let desk = try Desk()
        desk.store.duringProbe.withLock { $0 = { $0.breaks(with: .unavailable("the disk is full")) } }
        #expect(desk.store.condition == .writable)
        let response = await health(desk).respond()
        #expect(response.status == .serviceUnavailable)
        #expect(check("store", of: response)?["status"] == "fail")
    }

    @Test func whoAsksWhileALookIsUnderWayWaitsForItAndMakesNone() async throws {
        let desk = try Desk()
        let asked = Mutex(0)
        let looks = Mutex(0)
        // Every question comes two seconds after the one before: no answer is young enough for a second one.
        let health = health(desk) {
            let count = asked.withLock {
                $0 += 1
                return $0
            }
            return Deadline.now().advanced(by: Patience(.seconds(2 * count)))
        }
        desk.store.duringProbe.withLock {
            $0 = { _ in
                looks.withLock { $0 += 1 }
                while asked.withLock({ $0 }) < 8 { await Task.yield() }
            }
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { _ = await health.respond() } }
        }
        #expect(looks.withLock { $0 } == 1)
        _ = await health.respond()
        #expect(looks.withLock { $0 } == 2)
    }

    @Test func whoAsksOftenIsAnsweredFromTheLastLookAndNoAnswerIsOlderThanASecond() async throws {
        let desk = try Desk()
        let clock = HandClock()
        let health = health(desk, now: clock.now)
        #expect(await health.respond().status == .ok)
        desk.store.breaks(with: .unavailable("broken"))
        clock.advance(.milliseconds(800))
        #expect(await health.respond().status == .ok)
        // The second answer came from no look, so it has made the first no younger.
        clock.advance(.milliseconds(199))
        #expect(await health.respond().status == .serviceUnavailable)
        desk.store.breaks(with: nil)
        clock.advance(.milliseconds(999))
        #expect(await health.respond().status == .ok)
    }

    @Test func anAnswerIsAsOldAsTheBeginningOfItsLook() async throws {
        let desk = try Desk()
        let clock = HandClock()
        let health = health(desk, now: clock.now)
        desk.store.duringPage.withLock { $0 = { clock.advance(.milliseconds(500)) } }
        #expect(await health.respond().status == .ok)
        desk.store.breaks(with: .unavailable("broken"))
        clock.advance(.milliseconds(499))
        #expect(await health.respond().status == .serviceUnavailable)
    }
}
