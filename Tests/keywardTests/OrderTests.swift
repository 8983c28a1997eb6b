import Server
import Testing

@testable import keyward

@Suite struct OrderTests {
    func order(_ arguments: String..., environment: [String: String] = [:]) throws(Refusal) -> Order {
        try Order(arguments: arguments, environment: environment, isTerminal: false)
    }

    @Test func serveIsTheDefaultAndTakesSettings() throws {
        for arguments in [["--port", "9"], ["serve", "--port", "9"], ["serve", "--port=9"]] {
            guard case .serve(let settings) = try Order(arguments: arguments, environment: [:], isTerminal: false)
            else {
                Issue.record("\(arguments) does not serve")
                continue
            }
            #expect(settings.server.port == 9)
        }
    }

    @Test func checkTakesSettingsAFormatAndWhetherToWatch() throws {
        guard
            case .check(let settings, .json, isWatching: false) = try order(
                "check", "--format", "json", "--vault-config", "/v"),
            case .check(_, .text, isWatching: true) = try order("check", "--watch")
        else {
            Issue.record("no check")
            return
        }
        #expect(settings.server.vaultConfig == "/v")
    }

    @Test func theCommandsThatCopyAStoreTakeItsPlaceAndAFolder() throws {
        guard
            case .backUpStore(let copied, to: "/b") = try order("store", "backup", "/b", "--store", "/s"),
            case .repairStore(let repaired, to: "/r") = try order("store", "repair", "--to", "/r", "--store", "/s")
        else {
            Issue.record("not the orders given")
            return
        }
        #expect(copied.server.store == .folder("/s") && repaired.server.store == .folder("/s"))
        for arguments in [["backup"], ["backup", ""], ["repair"], ["repair", "--to", ""]] {
            #expect(throws: Refusal.self) {
                try Order(arguments: ["store"] + arguments, environment: [:], isTerminal: false)
            }
        }
    }

    @Test func theStoreCommandsTakeThePlaceAndNothingElse() throws {
        let environment = ["KEYWARD_STORE": "/from-environment"]
        guard
            case .verifyStore(let given, readOnly: true) = try order(
                "store", "verify", "--read-only", "--store", "/s"),
            case .verifyStore(let usual, readOnly: false) = try order("store", "verify"),
            case .dumpStore(let dumped) = try order("store", "dump", environment: environment),
            case .compactStore(let compacted) = try order("store", "compact", "--store-history", "3", "--store", "/s"),
            case .loadStore(let filled, file: "-") = try order("store", "load", "-", environment: environment)
        else {
            Issue.record("not the orders given")
            return
        }
        #expect(given.server.store == .folder("/s"))
        #expect(usual.server.store == .folder("./data"))
        #expect(dumped.server.store == .folder("/from-environment"))
        #expect(compacted.server.store == .folder("/s") && "\(compacted.server.storeHistory)" == "3")
        #expect(throws: Refusal.self) { try order("store", "compact", "--store-history", "0") }
        #expect(throws: Refusal.self) { try order("store", "dump", "--store-history", "3") }
        #expect(filled.server.store == .folder("/from-environment"))
        #expect(throws: Refusal.self) { try order("store", "dump", "--port", "1") }
        #expect(throws: Refusal.self) { try order("store", "dump", environment: ["KEYWARD_STOR": "x"]) }
        // A port that will not do keeps nobody from saving their resources.
        #expect(throws: Never.self) { try order("store", "dump", environment: ["KEYWARD_PORT": "x"]) }
    }

    @Test(arguments: [["--version"], ["serve", "--version"]]) func theVersionIsShown(arguments: [String]) throws {
        guard case .show(let text) = try Order(arguments: arguments, environment: ["KEYWARD_X": ""], isTerminal: true)
        else {
            Issue.record("not shown")
            return
        }
        #expect(text == Keyward.version && text.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+/) != nil)
    }

    @Test(arguments: [["--help"], ["-h"], ["help"], ["check", "--help"], ["help", "store"], ["store", "load", "-h"]])
    func helpIsShown(arguments: [String]) throws {
        guard case .show(let text) = try Order(arguments: arguments, environment: [:], isTerminal: true) else {
            Issue.record("not shown")
            return
        }
        #expect(text.contains("USAGE: keyward"))
    }

    @Test(arguments: [
        (["--prot", "1"], "'--prot'"), (["srve"], "'srve'"), (["--port"], "'--port"), (["-x"], "'-x'"),
        (["store"], "verify, repair, backup, compact, dump or load"), (["store", "shred"], "'shred'"),
        (["store", "load"], "'<file>'"),
        (["store", "load", "a", "b"], "'b'"), (["check", "--format", "xml"], #"--format "xml""#),
        (["--host", "--port", "1"], "'--host"), (["--init-script", "x"], "'--init-script'"),
        (["--generate-completion-script", "nosuchshell"], "nosuchshell"), (["--port", "x\ny"], #""x\ny""#),
        (["bad\nword"], #"bad word"#),
    ]) func wrongUsageIsOneLineThatNamesTheWord(arguments: [String], word: String) throws {
        let refusal = try #require(throws: Refusal.self) {
            try Order(arguments: arguments, environment: [:], isTerminal: true)
        }
        #expect(refusal.status == .usage)
        #expect(refusal.line.contains(word), "\(refusal.line)")
        #expect(refusal.line.split(whereSeparator: \.isNewline).count == 1)
    }
}
