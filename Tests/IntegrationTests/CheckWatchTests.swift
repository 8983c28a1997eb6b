import Foundation
import Glibc
import Testing

/// `keyward check --watch` as a program, and findings that need a mount or another user.
@Suite struct CheckWatchTests {
    private struct Line: Decodable {
        let change: String
        let code: String
        let severity: String
        let what: String
        let `where`: String
        let remedy: String
    }

    private let folder: TemporaryFolder
    private let config: String

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("watched-value", to: "file")
        config = try folder.write(#"{"secret": {"a": {"path": "file", "scope": "Client/a"}}}"#, to: "vault.json")
    }

    private var arguments: [String] { ["check", "--vault-config", config, "--store", folder.at("none")] }

    /// The lines that it has printed, once there are so many.
    private func lines(_ count: Int, of process: ChildProcess) throws -> [String] {
        var lines: [String] = []
        let came = eventually(within: .seconds(30)) {
            lines = process.standardOutput.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .map(String.init)
            return lines.count >= count || process.ended() != nil
        }
        guard came, lines.count == count else { throw HarnessFault("not \(count) lines: \(process.standardOutput)") }
        return lines
    }

    @Test(arguments: [SIGTERM, SIGINT]) func aFileThatVanishesIsFoundAndTakenBackWhenItReturns(signal: Int32) throws {
        let process = try ChildProcess([try KeywardBinary.path()] + arguments + ["--watch"])
        #expect(try lines(1, of: process) == ["no findings"])
        unsafe remove(folder.at("file"))
        let found = try lines(2, of: process)[1]
        #expect(found.hasPrefix("+ error file-missing: \(folder.at("file")): "))
        try folder.write("watched-value", to: "file")
        #expect(try lines(3, of: process)[2] == "-" + found.dropFirst())
        process.send(signal)
        #expect(try process.wait() == .exited(0))
        #expect(try lines(3, of: process).allSatisfy { !$0.contains("watched-value") })
        #expect(process.standardError.isEmpty)
    }

    @Test func inJSONItEndsWithTheCodeOfTheLastLook() throws {
        let process = try ChildProcess([try KeywardBinary.path()] + arguments + ["--watch", "--format", "json"])
        #expect(try lines(1, of: process) == [#"{"findings":[]}"#])
        unsafe remove(folder.at("file"))
        let line = try JSONDecoder().decode(Line.self, from: Data(try lines(2, of: process)[1].utf8))
        #expect(line.change == "found" && line.code == "file-missing" && line.severity == "error")
        #expect(line.where == folder.at("file") && !line.what.isEmpty && !line.remedy.isEmpty)
        process.send(SIGTERM)
        #expect(try process.wait() == .exited(1))
    }

    /// What the check says in a mount namespace of its own, after `script`; nothing where none can be had here.
    private func check(afterMounting script: String) throws -> String? {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/unshare"),
            (try? ChildProcess.run(["/usr/bin/unshare", "-m", "/bin/true"]))?.status == 0
        else { return nil }
        let words = ["/usr/bin/unshare", "-m", "/bin/sh", "-ec", "\(script); exec \"$@\"", "sh"]
        let report = try ChildProcess.run(words + [try KeywardBinary.path()] + arguments, in: folder.path)
        #expect([0, 1].contains(report.status), "\(report.errors)")
        return report.output
    }

    @Test func aFileThatIsMountedAloneIsFrozenAndAfterARotationStale() throws {
        try folder.write("watched-value", to: "source")
        if let frozen = try check(afterMounting: "mount --bind source file") {
            #expect(frozen.hasPrefix("warning frozen-mount: \(folder.at("file")): secret 'a': "))
            #expect(frozen.split(separator: "\n").count == 1)
        }
        let rotation = "mount --bind source file; echo new >next; mv next source"
        if let stale = try check(afterMounting: rotation) {
            #expect(stale.hasPrefix("error stale-mount: \(folder.at("file")): secret 'a': "))
            #expect(stale.split(separator: "\n").count == 1)
        }
    }

    @Test func aFolderOfAnOldGenerationIsStale() throws {
        try Self.makeFolder(folder.at("generation"))
        try Self.makeFolder(folder.at("volume"))
        try folder.write("watched-value", to: "generation/file")
        try folder.write(#"{"secret": {"a": {"path": "volume/file", "scope": "Client/a"}}}"#, to: "vault.json")
        if let stale = try check(afterMounting: "mount --bind generation volume; rm -r generation") {
            #expect(stale.hasPrefix("error stale-mount: \(folder.at("volume")): secret 'a': "))
            #expect(stale.split(separator: "\n").count == 1)
        }
    }

    @Test func anOpenFolderOnAMountThatTakesNoWritesIsNoFinding() throws {
        try Self.makeFolder(folder.at("volume"))
        try folder.write("watched-value", to: "volume/file")
        try folder.write(#"{"secret": {"a": {"path": "volume/file", "scope": "Client/a"}}}"#, to: "vault.json")
        unsafe chmod(folder.at("volume"), 0o777)
        if let open = try check(afterMounting: "mount --bind volume volume") {
            #expect(open.hasPrefix("error world-writable-folder: \(folder.at("volume")): secret 'a': "))
        }
        let readOnly = "mount --bind volume volume; mount -o remount,bind,ro volume"
        if let closed = try check(afterMounting: readOnly) { #expect(closed == "no findings\n") }
    }

    @Test func aConfigThatIsMountedAloneIsFrozen() throws {
        try FileManager.default.copyItem(atPath: config, toPath: folder.at("source"))
        if let frozen = try check(afterMounting: "mount --bind source vault.json") {
            #expect(frozen.hasPrefix("warning frozen-config: \(config): the vault config: "))
            #expect(frozen.split(separator: "\n").count == 1)
        }
    }

    @Test func whoMayNotReadAFileOrEnterAFolderIsTold() throws {
        guard KeywardBinary.canBeBound else { return }
        let bound = try KeywardBinary.boundByPermissions()
        unsafe chmod(folder.at("file"), 0)
        let unreadable = try ChildProcess.run(bound + arguments)
        #expect(unreadable.status == 1)
        #expect(unreadable.output.hasPrefix("error file-unreadable: \(folder.at("file")): secret 'a': "))
        try Self.makeFolder(folder.at("closed"))
        try folder.write("watched-value", to: "closed/a")
        try folder.write("watched-value", to: "closed/b")
        try folder.write(
            """
            {"secret": {"a": {"path": "closed/a", "scope": "Client/a"}, "b": {"path": "closed/b", "scope": "Client/b"}}}
            """, to: "vault.json")
        unsafe chmod(folder.at("closed"), 0)
        defer { unsafe chmod(folder.at("closed"), 0o700) }
        let closed = try ChildProcess.run(bound + arguments)
        #expect(closed.output.hasPrefix("error folder-closed: \(folder.at("closed")): secret 'a', secret 'b': "))
        #expect(closed.output.split(separator: "\n").count == 1)
    }

    @Test func theHelpTellsOfTheWatch() throws {
        let help = try ChildProcess.keyward(["check", "--help"]).output
        for word in ["--watch", "every 2 seconds", "SIGTERM", "found or gone"] {
            #expect(help.contains(word), "\(help)")
        }
    }

    private static func makeFolder(_ path: String) throws {
        guard unsafe mkdir(path, 0o755) == 0 else { throw HarnessFault("mkdir \(path)") }
    }
}
