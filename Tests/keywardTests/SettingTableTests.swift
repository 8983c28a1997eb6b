import Foundation
import Testing

@testable import keyward

@Suite struct SettingTableTests {
    /// The file as it is in the repository. `UPDATE_SERVER_ENV=1 swift test --filter SettingTable` writes it anew.
    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config/server.env")

    @Test func theEnvironmentFileInConfigIsTheTable() throws {
        if ProcessInfo.processInfo.environment["UPDATE_SERVER_ENV"] != nil {
            try Data(environmentFile.utf8).write(to: Self.file)
        }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == environmentFile)
    }

    @Test func theFileTakenAtItsWordChangesNothing() throws {
        let assignments = environmentFile.split(separator: "\n").filter { $0.hasPrefix("#KEYWARD_") }
        #expect(assignments.count == Setting.all.count)
        var environment: [String: String] = [:]
        for assignment in assignments {
            let parts = assignment.dropFirst().split(separator: "=", maxSplits: 1)
            if parts.count == 2 { environment[String(parts[0])] = String(parts[1]) }
        }
        #expect(environment.count > 15)
        let read = try StartSettings(flags: [:], environment: environment, isTerminal: true)
        #expect("\(read.server)" == "\(StartSettings(isTerminal: true).server)")
        #expect(read.log == StartSettings(isTerminal: true).log)
    }

    /// Each in a row of a table that begins with its flag and then says its default, with the spaces of prose.
    @Test func everyLimitIsInItsDocumentWithItsDefault() throws {
        let document = Self.file.deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "docs/limits.md")
        let rows = try String(contentsOf: document, encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("| `--")
        }
        let cells = rows.map { $0.split(separator: "|").prefix(2).map { $0.filter { $0 != " " && $0 != "," } } }
        let limits = Setting.all.filter { setting in
            ["max-", "min-"].contains { setting.name.hasPrefix($0) } || setting.name.hasSuffix("-timeout")
        }
        #expect(limits.count >= 20)
        for limit in limits {
            let row = try #require(cells.first { $0[0].contains("`\(limit.flag)`") }, "\(limit.flag) has no row")
            #expect(row[1].contains(limit.fallback ?? "none"), "\(limit.flag): \(row[1])")
        }
    }

    @Test func namesAreUniqueAndSentencesAreSentences() {
        let names = Setting.all.flatMap { [$0.flag] + $0.variables }
        #expect(Set(names).count == names.count)
        for setting in Setting.all {
            #expect(setting.sentence.hasSuffix(".") && setting.sentence.first?.isUppercase == true, "\(setting.name)")
            #expect(!setting.sentence.contains("\n"))
        }
    }

    @Test func everySettingIsAFlagAndEveryFlagASetting() throws {
        #expect(Mirror(reflecting: SettingFlags()).children.count == Setting.all.count)
        for setting in Setting.all {
            let refusal = #expect(throws: Refusal.self) {
                try Order(arguments: [setting.flag, ""], environment: [:], isTerminal: true)
            }
            #expect(refusal?.line.hasPrefix("\(setting.flag) is empty") == true)
        }
    }

    @Test func theHelpNamesEveryFlagVariableAndDefault() throws {
        guard case .show(let help) = try Order(arguments: ["help", "serve"], environment: [:], isTerminal: true) else {
            Issue.record("help is not shown")
            return
        }
        let words = help.split { $0.isWhitespace }.joined(separator: " ")
        for setting in Setting.all {
            #expect(words.contains("\(setting.flag) <"))
            let fallback = setting.fallback ?? setting.otherwise
            #expect(words.contains("\(setting.sentence) (\(setting.variable); default: \(fallback))"))
        }
    }
}
