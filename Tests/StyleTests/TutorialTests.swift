import Foundation
import Testing

/// `make rotate` and the volume it writes, in a folder of its own.
@Suite struct TutorialTests {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("keyward-tutorial-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let root = Repository().root
        for name in ["Makefile", "scripts"] {
            try FileManager.default.copyItem(
                at: root.appendingPathComponent(name), to: folder.appendingPathComponent(name))
        }
    }

    @Test(arguments: [
        "new-secret-value", "a$b$$c", "it's", "\"q\" 'r'", "100%y#z", "$(shell echo no)", "a`id`b", "back\\slash\\",
        "-n",
        "ünï✓", "a=b:=c", "two\nlines", "trailing ", "*", "${HOME}", "!x",
    ])
    func aRotatedValueArrivesToTheByte(value: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try run("scripts/tutorial", "prepare")
        let before = try published()
        #expect(before.value == Data("super-secret-value".utf8))

        let rotated = try run("make", "rotate", "VALUE=\(value)")
        #expect(rotated.status == 0, "\(rotated.output)")
        let after = try published()
        #expect(after.value == Data(value.utf8))
        #expect(after.folder != before.folder)
        #expect(after.entries == ["..data", after.folder, "client-secret"].sorted(), "the old folder is gone")
        #expect(!rotated.output.contains(value), "the value is not repeated")
    }

    @Test func aSecondRunKeepsTheValueThatWasRotatedTo() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try run("scripts/tutorial", "prepare")
        try run("make", "rotate", "VALUE=new-secret-value")
        try run("scripts/tutorial", "prepare")
        #expect(try published().value == Data("new-secret-value".utf8))
        #expect(try run("scripts/tutorial", "lines", "9000").output.contains("make rotate VALUE=super-secret-value"))
    }

    @Test func rotatingNothingOrTooEarlyIsOneLineThatSaysWhatToDo() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let early = try run("make", "rotate", "VALUE=x")
        #expect(early.status != 0 && early.output.contains("`make run` lays it out"))
        #expect(early.output.split(separator: "\n").count == 1)
        try run("scripts/tutorial", "prepare")
        let nothing = try run("make", "rotate")
        #expect(nothing.status != 0 && nothing.output.contains("make rotate VALUE=new-secret-value"))
        #expect(nothing.output.split(separator: "\n").count == 1)
        #expect(try published().value == Data("super-secret-value".utf8))
    }

    @Test func theTutorialsConfigNamesTheVolumeWhereItIs() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try run("scripts/tutorial", "prepare")
        let data = try Data(contentsOf: folder.appendingPathComponent(".tutorial/vault-config.json"))
        let config = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let secrets = try #require(config["secret"] as? [String: [String: Any]])
        let path = try #require(secrets["client-secret"]?["path"] as? String)
        #expect(FileManager.default.contents(atPath: path) == Data("super-secret-value".utf8))
    }

    @Test func theLinesToPasteAreAScriptForThePortThatIsServed() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try run("scripts/tutorial", "prepare")
        let lines = try run("scripts/tutorial", "lines", "9000").output
        try Data(lines.utf8).write(to: folder.appendingPathComponent("lines.sh"))
        let checked = try run("bash", "-n", "lines.sh")
        #expect(checked.status == 0, "\(checked.output)")
        #expect(
            lines.components(separatedBy: "http://127.0.0.1:").count == lines.components(separatedBy: ":9000/").count)
        #expect(!lines.contains("make rotate VALUE=super-secret-value"), "the volume holds it already")
    }

    // MARK: running

    /// Runs a program in the folder; its output and errors together.
    @discardableResult
    private func run(_ words: String...) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Not the flags of the make that may be running this test.
        process.arguments = ["-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "MFLAGS"] + words
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    /// What the volume holds: the value as a reader finds it, the folder that `..data` leads to, and all entries.
    private func published() throws -> (value: Data, folder: String, entries: [String]) {
        let volume = folder.appendingPathComponent(".tutorial/azure-secrets")
        let manager = FileManager.default
        return (
            try Data(contentsOf: volume.appendingPathComponent("client-secret")),
            try manager.destinationOfSymbolicLink(atPath: volume.appendingPathComponent("..data").path),
            try manager.contentsOfDirectory(atPath: volume.path).sorted()
        )
    }
}
