import Foundation
import Testing

/// The tutorial once more, as `make run` prints it: the lines go through bash and curl as they stand.
@Suite struct PrintedTutorialTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static var canRun: Bool {
        ["/usr/bin/curl", "/usr/bin/make", "/usr/bin/bash", root.appendingPathComponent("scripts/tutorial").path]
            .allSatisfy(FileManager.default.isExecutableFile)
    }

    @Test(.enabled(if: canRun, "needs curl, make and the scripts"))
    func thePrintedLinesWork() throws {
        // A copy of what the lines use, so that the tutorial of the one who tests is left alone.
        let folder = try TemporaryFolder()
        for name in ["Makefile", "scripts"] {
            try FileManager.default.copyItem(
                atPath: Self.root.appendingPathComponent(name).path, toPath: folder.at(name))
        }
        let tutorial = ["/usr/bin/bash", "scripts/tutorial"]
        #expect(try ChildProcess.run(tutorial + ["prepare"], in: folder.path).status == 0)
        let server = try KeywardProcess(
            ["--host", "127.0.0.1", "--vault-config", ".tutorial/vault-config.json", "--store", ".tutorial/data"],
            in: folder.path)
        let lines = try ChildProcess.run(tutorial + ["lines", "\(server.port)"], in: folder.path)
        #expect(lines.status == 0)
        try folder.write(lines.output, to: "lines.sh")

        // Not the flags of a make that may be running this test.
        let bash = ["/usr/bin/env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "MFLAGS", "bash", "lines.sh"]
        let first = try ChildProcess.run(bash, in: folder.path, within: .seconds(60))
        #expect(first.status == 0, "\(first.errors)")
        #expect(Self.statuses(first.output) == [201, 200, 200, 401, 401, 200], "\(first.output)")
        #expect(first.output.contains(#""searchset""#))
        #expect(!first.output.contains("super-secret-value"), "no answer holds the value")

        // A second run finds the same store, and the volume as it was left.
        server.kill()
        #expect(try ChildProcess.run(tutorial + ["prepare"], in: folder.path).status == 0)
        let again = try KeywardProcess(
            ["--host", "127.0.0.1", "--vault-config", ".tutorial/vault-config.json", "--store", ".tutorial/data"],
            in: folder.path)
        try folder.write(
            ChildProcess.run(tutorial + ["lines", "\(again.port)"], in: folder.path).output, to: "lines.sh")
        let second = try ChildProcess.run(bash, in: folder.path, within: .seconds(60))
        #expect(Self.statuses(second.output) == [200, 200, 200, 401, 401, 200], "\(second.output)")
    }

    private static func statuses(_ output: String) -> [Int] {
        output.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("HTTP/1.1 ") }
            .compactMap { Int($0.dropFirst(9).prefix(3)) }.filter { $0 != 100 }
    }
}
