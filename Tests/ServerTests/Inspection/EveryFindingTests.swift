import Foundation
import TLSClient
import Testing
import Vault

@testable import Server
@testable import Storage

/// A house in which all is well, and for each code the one thing that brings it about.
@Suite final class EveryFindingTests {
    private let scratch: Scratch
    private var settings = Settings()
    private var surroundings = Surroundings(refused: [])
    /// The members of the config, and of its secrets, in JSON.
    private var config = ""
    private var root = #""root": {"path": "root-file", "scope": "Client/root"}"#
    private var basic = #""path": "basic-file", "scope": "Client/basic""#
    private var more = ""
    private var clients = [client("basic", secret: "basic")]
    private var journal: String { scratch("store/journal.ndjson") }

    init() throws {
        scratch = try Scratch()
        try scratch.write("root-value", to: "root-file")
        try scratch.write("basic-value\n", to: "basic-file")
        settings.rootSecret = "root"
        settings.vaultConfig = scratch("vault-config.json")
        settings.store = .folder(scratch("store"))
    }

    @Test(arguments: FindingCode.allCases) func eachOccursAloneAndTellsNoValue(code: FindingCode) async throws {
        // A server that follows its config tells this one; a check has a finding for the setting.
        if code == .configRootSecret { return }
        try arrange(code)
        try scratch.write(#"{\#(config)"secret": {\#(root), "basic": {\#(basic)}\#(more)}}"#, to: "vault-config.json")
        try await fillStore()
        try arrangeAfterwards(code)
        let findings = await Inspection(settings, surroundings).findings()
        #expect(findings.map(\.code) == [code], "\(findings)")
        for text in findings.flatMap({ [$0.what, $0.place, $0.remedy] }) {
            #expect(!text.isEmpty)
            #expect(!text.contains("-value"))
        }
        #expect(findings.first?.severity == code.severity)
    }

    @Test func whereNothingIsWrongThereIsNone() async throws {
        try scratch.write(#"{"secret": {\#(root), "basic": {\#(basic)}}}"#, to: "vault-config.json")
        try await fillStore()
        #expect(await Inspection(settings).findings() == [])
    }

    private func fillStore() async throws {
        let store = try JournalStore.open(scratch("store"), clock: ScriptedStore.clock).store
        for client in clients { try await store.put(client) }
        try await store.put(patient("a"))
        await store.close()
    }

    private func write(_ value: String) throws { try scratch.write(value, to: "basic-file") }

    private func mount(_ root: String, at name: String) {
        surroundings = Surroundings(mounts: ["2 1 8:1 \(root) \(scratch(name)) rw - ext4 /dev/sda1 rw"])
    }

    private func arrange(_ code: FindingCode) throws {
        switch code {
        case .configUnreadable: settings.vaultConfig = scratch("nothing.json")
        case .configTooLarge: config = String(repeating: " ", count: VaultConfig.limit)
        case .configNotJSON: config = "x"
        case .configDuplicateName: more = ", \(root)"
        case .configUnknownMember: config = #""more": 1, "#
        case .configMissingMember: basic = #""path": "basic-file""#
        case .configBadValue: basic = #""path": 1, "scope": "Client/basic""#
        case .configBadScope: basic = #""path": "basic-file", "scope": []"#
        case .noVaultConfig: settings.vaultConfig = nil
        case .initBundleUnreadable: settings.initBundle = scratch("nothing.json")
        case .initBundleFaulty:
            settings.initBundle = try scratch.write(
                bundle([#"{"resourceType":"Client","id":"b","secret":"basic-value"}"#]), to: "bundle.json")
        case .storeUnwritable: surroundings = Surroundings(unwritable: scratch("store"))
        case .auditLogUnwritable: settings.auditLog = .file(scratch("nowhere/audit.ndjson"))
        case .rootMissing: config = #""roots": ["\#(scratch("nowhere"))"], "#
        case .sharedPath:
            more = #", "same": {"path": "./basic-file", "scope": "Client/other"}"#
            clients.append(client("other", secret: "same"))
        case .previousIsCurrent: basic += #", "previous_path": ".//basic-file", "overlap": "1m""#
        case .typeWideScope: basic = #""path": "basic-file", "scope": "Client""#
        case .uselessScope: basic = #""path": "basic-file", "scope": ["Client/basic", "Patient/a"]"#
        case .unusedSecret: more = #", "spare": {"path": "spare-file", "scope": "Client/spare"}"#
        case .unknownSecret: clients.append(client("lost", secret: "nowhere"))
        case .outOfScope: clients.append(client("alien", secret: "basic"))
        case .folderMissing: basic = #""path": "none/basic-file", "scope": "Client/basic""#
        case .outsideRoots: config = #""roots": ["\#(scratch("inside"))"], "#
        case .previousFaulty: basic += #", "previous_path": "empty-file", "overlap": "1m""#
        case _ where code.rawValue.hasPrefix("tls-"): try arrangeTLS(code)
        default: break
        }
        if code == .unusedSecret { try scratch.write("spare-value", to: "spare-file") }
        if code == .previousFaulty { try scratch.write("", to: "empty-file") }
        if code == .outsideRoots {
            try FileManager.default.createDirectory(atPath: scratch("inside"), withIntermediateDirectories: true)
            try FileManager.default.moveItem(atPath: scratch("root-file"), toPath: scratch("inside/root-file"))
            root = #""root": {"path": "inside/root-file", "scope": "Client/root"}"#
        }
    }

    private func arrangeTLS(_ code: FindingCode) throws {
        let authority = try TestAuthority()
        let lasting = [
            .tlsCertificateNotYetValid: 86_400...8_640_000, .tlsCertificateExpired: -20 ... -10,
            .tlsCertificateExpiring: -20...86_400,
        ][code]
        let pair = try authority.issue("ward", lasting: lasting ?? -10...8_640_000)
        var (certificate, key) = (pair.certificate, pair.key)
        if code == .tlsCertificateFaulty { certificate = key }
        if code == .tlsKeyFaulty { key = certificate }
        if code == .tlsKeyMismatch { key = try authority.issue("other").key }
        settings.tls.certificate = try scratch.write(String(decoding: certificate, as: UTF8.self), to: "tls.crt")
        settings.tls.privateKey = try scratch.write(String(decoding: key, as: UTF8.self), to: "tls.key")
        let mode = code == .tlsKeyReadable ? 0o644 : 0o640
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: scratch("tls.key"))
        if code == .tlsFileUnreadable { try scratch.remove("tls.crt") }
        if code == .tlsClientCAFaulty { settings.tls.clientCA = try scratch.write("no PEM\n", to: "ca.pem") }
    }

    private func arrangeAfterwards(_ code: FindingCode) throws {
        let file = scratch("basic-file")
        switch code {
        case .folderClosed:
            try FileManager.default.createDirectory(atPath: scratch("closed"), withIntermediateDirectories: true)
            try scratch.remove("basic-file")
            try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "closed/file")
            try scratch.write("basic-value", to: "closed/file")
            surroundings = Surroundings(refused: [file], closed: scratch("closed"))
        case .fileMissing: try scratch.remove("basic-file")
        case .fileUnreadable: surroundings = Surroundings(refused: [file])
        case .notAFile:
            try scratch.remove("basic-file")
            try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
        case .empty: try write("\n")
        case .containsNUL: try write("basic-\u{0}value")
        case .noValue: try write("<no value>\n")
        case .tooLong: try write(String(repeating: "a", count: 65_537))
        case .unstable: surroundings = Surroundings(growing: [file])
        case .notUTF8: try Data([0x62, 0xff]).write(to: URL(filePath: file))
        case .byteOrderMark: try write("\u{feff}basic-value")
        case .windowsEnding: try write("basic-value\r\n")
        case .carriageReturn: try write("basic\r\nbasic-value\r\n")
        case .lineBreak: try write("basic\nbasic-value")
        case .controlCharacter: try write("basic\tbasic-value")
        case .outerWhiteSpace: try write("basic-value ")
        case .worldWritableFile:
            try FileManager.default.setAttributes([.posixPermissions: 0o646], ofItemAtPath: file)
        case .worldWritableFolder:
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: scratch.path)
        case .ownerUnreadable:
            surroundings = Surroundings(attributes: [file: FileAttributes(kind: .file, permissions: 0o044)])
        case .frozenMount: mount("/volume/..1/basic-file", at: "basic-file")
        case .staleMount: mount("/volume/..1/basic-file//deleted", at: "basic-file")
        case .frozenConfig: mount("/config/..1/vault-config.json", at: "vault-config.json")
        case .staleConfig:
            surroundings = Surroundings(
                attributes: [
                    scratch("vault-config.json"): FileAttributes(kind: .file, permissions: 0o644, links: 0)
                ])
        default: try arrangeStore(code)
        }
    }

    private func arrangeStore(_ code: FindingCode) throws {
        let whole = try Data(contentsOf: URL(filePath: journal))
        switch code {
        case .storeDamaged:
            let text = String(decoding: whole, as: UTF8.self)
            try text.replacing("Chalmers", with: "Chalmerz").write(toFile: journal, atomically: true, encoding: .utf8)
        case .storeTornTail: try (whole + Data(#"{"crc":"#.utf8)).write(to: URL(filePath: journal))
        case .storeUnreadable: try Data(Journal.header(version: 99)).write(to: URL(filePath: journal))
        case .literalSecret:
            // As only another hand writes it: no change of ours can hold it.
            var bytes = Journal.header()
            var chain = Checksum()
            chain.add(bytes.span.extracting(Journal.sealLength...))
            let body = #"{"resourceType":"Client","id":"basic","secret":"basic-value"}"#
            let stored = StoredVersion(
                key: try key("Client/basic"), version: 1, lastUpdated: ScriptedStore.clock(), body: Array(body.utf8))
            JournalEntry(sequence: 1, versions: [stored]).append(to: &bytes, after: &chain)
            try Data(bytes).write(to: URL(filePath: journal))
        default: break
        }
    }
}
