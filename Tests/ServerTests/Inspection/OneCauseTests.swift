import Foundation
import Testing
import Vault

@testable import Server

/// One cause is one finding, and what is as it should be is none.
@Suite final class OneCauseTests {
    private let scratch: Scratch
    private var settings = Settings()

    init() throws {
        scratch = try Scratch()
        settings.store = .memory
    }

    private func findings(
        _ secrets: [String: String], config: String = "", _ surroundings: Surroundings = Surroundings()
    ) async throws -> [Finding] {
        let members = secrets.sorted { $0.key < $1.key }.map { name, members in
            #""\#(name)": {\#(members), "scope": "Client/\#(name)"}"#
        }
        settings.vaultConfig = try scratch.write(
            #"{\#(config)"secret": {\#(members.joined(separator: ","))}}"#, to: "vault-config.json")
        return await Inspection(settings, surroundings).findings()
    }

    private func volume() throws {
        try FileManager.default.createDirectory(atPath: scratch("volume"), withIntermediateDirectories: true)
        for name in ["a", "b"] { try scratch.write("\(name)-value", to: "volume/\(name)") }
    }

    @Test func aVolumeThatIsNotMountedIsOneFindingThatNamesFive() async throws {
        let names = ["a", "b", "c", "d", "e", "f", "g"]
        let secrets = Dictionary(uniqueKeysWithValues: names.map { ($0, #""path": "volume/\#($0)""#) })
        let config = #""roots": ["\#(scratch("volume"))"], "#
        let findings = try await findings(secrets, config: config)
        #expect(findings.map(\.code) == [.folderMissing])
        #expect(findings.first?.place == scratch("volume"))
        let subjects = "secret 'a', secret 'b', secret 'c', secret 'd', secret 'e' and 2 more: "
        #expect(findings.first?.what.hasPrefix(subjects) == true, "\(findings)")
    }

    @Test func whereNoRootIsThereThatStandsForWhatLiesOutside() async throws {
        try volume()
        let secrets = ["a": #""path": "volume/a""#, "b": #""path": "volume/b""#]
        let nowhere = scratch("nowhere")
        #expect(try await findings(secrets, config: #""roots": ["\#(nowhere)"], "#).map(\.place) == [nowhere])
        let other = try Scratch()
        let both = try await findings(secrets, config: #""roots": ["\#(nowhere)", "\#(other.path)"], "#)
        #expect(both.map(\.code) == [.rootMissing, .outsideRoots, .outsideRoots])
    }

    @Test func anOpenFolderIsOneFindingForConfigAndSecrets() async throws {
        try volume()
        let open = [scratch.path: FileAttributes(kind: .folder, permissions: 0o777)]
        let secrets = [
            "a": #""path": "volume/a", "previous_path": "volume/b", "overlap": "1m""#, "b": #""path": "none""#,
        ]
        let findings = try await findings(secrets, Surroundings(attributes: open))
        #expect(findings.map(\.code) == [.worldWritableFolder, .fileMissing])
        let subjects = "the vault config, secret 'a', secret 'b', the value before of secret 'a': "
        #expect(findings.first?.what.hasPrefix(subjects) == true, "\(findings)")
        #expect(findings.first?.place == scratch.path)
    }

    @Test func whatEverybodyCouldWriteOnAMountThatTakesNoWritesIsNone() async throws {
        try volume()
        let open = [
            scratch("volume"): FileAttributes(kind: .folder, permissions: 0o777),
            scratch("volume/a"): FileAttributes(kind: .file, permissions: 0o666),
        ]
        let secrets = ["a": #""path": "volume/a""#]
        #expect(try await findings(secrets, Surroundings(attributes: open, readOnly: true)) == [])
        #expect(
            try await findings(secrets, Surroundings(attributes: open)).map(\.code) == [.worldWritableFolder])
    }

    @Test func aValueBeforeThatIsNotThereIsNone() async throws {
        try volume()
        let before = { (name: String) in ["a": #""path": "volume/a", "previous_path": "\#(name)", "overlap": "1m""#] }
        #expect(try await findings(before("volume/none")) == [])
        #expect(try await findings(before("none/none")) == [])
        #expect(try await findings(before("volume/b")) == [])
        #expect(try await findings(before("volume")).map(\.code) == [.previousFaulty])
    }

    @Test func aFileThatWentWithItsMountIsThatOfTheMount() async throws {
        try volume()
        let mount = "2 1 8:1 /volume//deleted \(scratch("volume")) rw - ext4 /dev/sda1 rw"
        let secrets = ["a": #""path": "volume/a""#, "b": #""path": "volume/none""#]
        let findings = try await findings(secrets, Surroundings(mounts: [mount]))
        #expect(findings.map(\.code) == [.staleMount])
        #expect(findings.first?.what.hasPrefix("secret 'a', secret 'b': ") == true)
    }

    @Test func aScopeThatIsBoundToAFieldIsNotWideAndAFieldThatCannotReferIsUseless() async throws {
        try scratch.write("a-value", to: "a")
        let scopes = { (field: String) in
            #"{"secret": {"a": {"path": "a", "scope": {"resource_type": "Client", "field": "\#(field)"}}}}"#
        }
        settings.vaultConfig = try scratch.write(scopes("jwt.secret"), to: "vault-config.json")
        #expect(await Inspection(settings).findings() == [])
        settings.vaultConfig = try scratch.write(scopes("password"), to: "vault-config.json")
        #expect(await Inspection(settings).findings().map(\.code) == [.uselessScope])
    }

    @Test func aSecretIsUnusedOnlyWhereAStoreSaysSo() async throws {
        try volume()
        #expect(try await findings(["a": #""path": "volume/a""#]) == [])
        settings.store = .folder(scratch("no-store"))
        #expect(try await findings(["a": #""path": "volume/a""#]) == [])
    }
}
