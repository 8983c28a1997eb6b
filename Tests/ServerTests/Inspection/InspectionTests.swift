import Foundation
import Storage
import Testing

@testable import Server

/// A vault config, secret files and a store in one folder, and what `keyward check` says of them.
final class InspectionTests {
    private let scratch: Scratch
    private var settings = Settings()

    private static let config = """
        {"secret": {
          "root": {"path": "root-file", "scope": "Client/root"},
          "basic": {"path": "basic-file", "scope": "Client/basic"}}}
        """

    init() throws {
        scratch = try Scratch()
        try scratch.write("root-value", to: "root-file")
        try scratch.write("basic-value", to: "basic-file")
        settings.vaultConfig = try scratch.write(Self.config, to: "vault-config.json")
        settings.rootSecret = "root"
        settings.store = .folder(scratch("store"))
    }

    private func fill(_ resources: String...) async throws {
        let store = try JournalStore.open(scratch("store"), clock: ScriptedStore.clock).store
        for json in resources { try await store.put(json) }
        await store.close()
    }

    private var journal: String { scratch("store/journal.ndjson") }

    /// All but that a secret is used by nothing, which is so of most of these houses.
    private func findings() async -> [Finding] {
        await Inspection(settings).findings().filter { $0.code != .unusedSecret }
    }

    /// The one finding there is, which must not hold a value of a secret, and say where and what to do.
    private func finding(_ code: FindingCode) async throws -> Finding {
        let findings = await findings()
        try #require(findings.map(\.code) == [code])
        let finding = findings[0]
        for text in [finding.what, finding.place, finding.remedy] {
            #expect(!text.isEmpty)
            #expect(!text.contains("-value"))
        }
        return finding
    }

    @Test func whereAllIsWellThereIsNothingToSay() async throws {
        try await fill(client("basic", secret: "basic"), client("bare", secret: nil), patient("a"))
        #expect(await findings().isEmpty)
    }

    @Test func theInitBundleCountsAsTheStoreThatTheNextStartHas() async throws {
        try await fill(client("basic", secret: "nowhere"), client("lost", secret: "nowhere"))
        settings.initBundle = try scratch.write(bundle([client("basic", secret: "basic")]), to: "bundle.json")
        let unknown = try await finding(.unknownSecret)
        #expect(unknown.place.hasPrefix("Client/lost"))
        #expect(await Inspection(settings).findings().count == 1, "the secret basic is used")
        settings.initBundle = try scratch.write(bundle([client("lost", secret: "basic")]), to: "bundle.json")
        #expect(await findings().map(\.code) == [.unknownSecret, .outOfScope])
    }

    @Test func allFaultsOfTheInitBundleAreFindingsWithTheirPlaces() async throws {
        let bad = [client("a", secret: nil, #""secret":"basic-value""#), patient("p"), client("root", secret: nil)]
        settings.initBundle = try scratch.write(bundle(bad), to: "bundle.json")
        let findings = await findings()
        #expect(findings.map(\.code) == [.initBundleFaulty, .initBundleFaulty])
        #expect(findings.map(\.place) == [0, 2].map { "\(scratch("bundle.json")): Bundle.entry[\($0)].resource" })
        #expect(!findings.contains { $0.what.contains("basic-value") })
    }

    @Test func anInitBundleThatEverybodyMayWriteIsOne() async throws {
        settings.initBundle = try scratch.write(bundle([patient("p")]), to: "bundle.json")
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: scratch("bundle.json"))
        #expect(try await finding(.worldWritableFile).what.contains("the init bundle"))
    }

    @Test func aServerThatNeverRanHasNoStoreAndThatIsNoFinding() async throws {
        #expect(await findings().isEmpty)
        settings.store = .memory
        #expect(await findings().isEmpty)
    }

    @Test func nothingIsCreatedOrChanged() async throws {
        let before = try scratch.listing()
        #expect(await findings().isEmpty)
        #expect(try scratch.listing() == before)
        try await fill(client("basic", secret: "nowhere"))
        // As in a copy of the store.
        try scratch.remove("store/lock")
        let filled = try scratch.listing()
        #expect(await findings().count == 1)
        #expect(try scratch.listing() == filled)
    }

    @Test func aRunningServerIsNoHindrance() async throws {
        let store = try JournalStore.open(scratch("store"), clock: ScriptedStore.clock).store
        try await store.put(client("basic", secret: "nowhere"))
        #expect(await findings().map(\.code) == [.unknownSecret])
        try await store.put(client("basic", secret: "basic"))
        #expect(await findings().isEmpty)
        await store.close()
    }

    @Test func everyFaultOfTheConfigIsOneWithItsPlaceAndHidesTheReferences() async throws {
        try await fill(client("basic", secret: "basic"))
        settings.vaultConfig = try scratch.write(
            #"{"secret": {"a": {"path": "x", "scope": []}, "b": {"path": 1, "scope": "Client"}}, "more": 1}"#,
            to: "vault-config.json")
        let findings = await findings()
        #expect(findings.count == 3)
        #expect(findings.map(\.code) == [.configBadScope, .configBadValue, .configUnknownMember])
        #expect(findings.allSatisfy { $0.severity == .error })
        #expect(
            findings.map(\.place) == [
                "\(scratch("vault-config.json")): $.secret.a.scope", "\(scratch("vault-config.json")): $.secret.b.path",
                "\(scratch("vault-config.json")): $.more",
            ])
    }

    @Test func aConfigThatCannotBeReadIsOneFindingAtItsPath() async throws {
        settings.vaultConfig = scratch("nothing.json")
        #expect(try await finding(.configUnreadable).place == scratch("nothing.json"))
        settings.vaultConfig = try scratch.write("{", to: "vault-config.json")
        #expect(try await finding(.configNotJSON).place.contains("line 1"))
    }

    @Test func aMissingAndAnEmptyFileAreNamedByTheirPath() async throws {
        try scratch.remove("basic-file")
        let missing = try await finding(.fileMissing)
        #expect(missing.place == scratch("basic-file"))
        #expect(missing.what.contains("basic"))
        #expect(missing.severity == .error)
        try scratch.write("\n", to: "basic-file")
        #expect(try await finding(.empty).place == scratch("basic-file"))
        try scratch.write("basic-value\u{0}", to: "basic-file")
        #expect(try await finding(.containsNUL).place == scratch("basic-file"))
    }

    @Test(arguments: [("nowhere", FindingCode.unknownSecret), ("basic", .outOfScope)])
    func aRootSecretThatIsNoneIsNamedByItsSetting(name: String, code: FindingCode) async throws {
        settings.rootSecret = name
        let finding = try await finding(code)
        #expect(finding.place == "the setting root-secret")
        #expect(finding.what.contains(name))
    }

    @Test(arguments: [("basic", "nowhere", FindingCode.unknownSecret), ("other", "basic", .outOfScope)])
    func aReferenceThatCannotBeUsedIsNamedByItsClient(id: String, secret: String, code: FindingCode) async throws {
        try await fill(client(id, secret: secret), patient("a"))
        let finding = try await finding(code)
        #expect(finding.place == "Client/\(id), field secret")
        #expect(finding.what.contains(secret))
        #expect(finding.severity == .error)
    }

    @Test func aReferenceBelowAnotherMemberIsNamedByThePathOfItsField() async throws {
        try await fill(clientWithJWT("basic", secret: "nowhere"))
        let finding = try await finding(.unknownSecret)
        #expect(finding.place == "Client/basic, field jwt.secret")
        #expect(finding.what.contains("nowhere"))
    }

    @Test func aReferenceOfAnySystemTypeIsJudged() async throws {
        try await fill(client("z", secret: "nowhere"), introspector("a", secret: "nowhere"), patient("a"))
        let findings = await findings()
        #expect(findings.map(\.code) == [.unknownSecret, .unknownSecret])
        #expect(
            findings.map(\.place) == ["Client/z, field secret", "TokenIntrospector/a, field jwt.secret"])
    }

    @Test func aDeletedClientRefersToNothing() async throws {
        let store = try JournalStore.open(scratch("store"), clock: ScriptedStore.clock).store
        try await store.put(client("basic", secret: "nowhere"))
        try await store.delete("Client/basic")
        await store.close()
        #expect(await findings().isEmpty)
    }

    @Test func withoutAVaultConfigThatIsOneFindingForAllReferences() async throws {
        try await fill(client("basic", secret: "basic"))
        settings.vaultConfig = nil
        #expect(try await finding(.noVaultConfig).what.contains("the setting root-secret and 1 more"))
        settings.rootSecret = nil
        #expect(try await finding(.noVaultConfig).what.contains("Client/basic, field secret"))
        settings.store = .memory
        #expect(await findings().isEmpty)
    }

    @Test func aTornTailIsOnlyAWarning() async throws {
        try await fill(patient("a"))
        let whole = try Data(contentsOf: URL(filePath: journal))
        try (whole + Data(#"{"crc":"#.utf8)).write(to: URL(filePath: journal))
        let finding = try await finding(.storeTornTail)
        #expect(finding.severity == .warning)
        #expect(finding.place == journal)
        #expect(finding.what.hasPrefix("7 bytes"))
    }

    @Test func damageIsNamedByItsLineAlsoBesideAFaultyConfig() async throws {
        try await fill(patient("a"), patient("b"))
        let text = try String(contentsOfFile: journal, encoding: .utf8)
        try text.replacing("Chalmers", with: "Chalmerz", maxReplacements: 1).write(
            toFile: journal, atomically: true, encoding: .utf8)
        let findings = await findings()
        let first = try #require(findings.first)
        #expect(findings.allSatisfy { $0.code == .storeDamaged && $0.severity == .error })
        #expect(first.place == "\(journal), line 2")
        #expect(first.remedy.contains("keyward store verify --store \(scratch("store"))"))
        try scratch.write("{", to: "vault-config.json")
        #expect(await self.findings().map(\.code).prefix(2) == [.configNotJSON, .storeDamaged])
    }

    @Test func aStoreOfAnotherProgramCannotBeRead() async throws {
        try FileManager.default.createDirectory(atPath: scratch("store"), withIntermediateDirectories: true)
        try scratch.write("{\"some\":\"thing\"}\n", to: "store/journal.ndjson")
        let findings = await findings()
        #expect(findings.count == 1)
        #expect([.storeUnreadable, .storeDamaged].contains(findings.first?.code))
    }
}
