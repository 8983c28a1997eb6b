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
