import Foundation
import Glibc
import Testing

/// `keyward store load`, ended by whatever may end it, and run again.
@Suite struct LoadCommandTests {
    private let folder: TemporaryFolder
    private let file: String
    private var store: String { folder.at("data") }
    private static let count = 1_000

    init() throws {
        folder = try TemporaryFolder()
        let lines = (0..<Self.count).map { #"{"resourceType":"Patient","id":"p\#($0)"}"# + "\n" }
        file = try folder.write(lines.joined(), to: "lines")
    }

    private func load() throws -> ChildProcess.Report {
        try ChildProcess.keyward(["store", "load", file, "--store", store])
    }

    /// Runs the command again on all lines: it goes on where it was, and no resource has got a second version.
    private func finish(after stored: Int?) throws {
        let again = try load()
        let counts = try #require(again.output.wholeMatch(of: /(\d+) loaded, (\d+) unchanged, 0 bad lines\n/))
        #expect(again.status == 0 && again.errors.isEmpty, "\(again)")
        let (loaded, unchanged) = (Int(counts.1) ?? 0, Int(counts.2) ?? 0)
        #expect(loaded + unchanged == Self.count && unchanged > 0)
        if let stored { #expect(unchanged == stored) }
        let dump = try ChildProcess.keyward(["store", "dump", "--store", store]).output
        #expect(dump.components(separatedBy: #""versionId":"1""#).count - 1 == Self.count)
        #expect(try ChildProcess.keyward(["store", "verify", "--store", store]).status == 0)
    }

    /// A load that has stored something and waits for more lines.
    private func waiting() throws -> (process: ChildProcess, end: FileHandle) {
        let pipe = folder.at("pipe")
        guard unsafe mkfifo(pipe, 0o600) == 0 else { throw HarnessFault("mkfifo: \(errno)") }
        let descriptor = unsafe open(pipe, O_RDWR | O_CLOEXEC)
        let end = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let process = try ChildProcess([try KeywardBinary.path(), "store", "load", pipe, "--store", store])
        // It fits into the pipe.
        try end.write(contentsOf: Data(folder.text(of: "lines").utf8.prefix(60_000)))
        let isStored = eventually { (try? store(holds: "\"p200\"")) == true }
        guard isStored else { throw HarnessFault("nothing was stored: \(process.standardError)") }
        return (process, end)
    }

    private func store(holds text: String) throws -> Bool { folder.text(of: "data/journal.ndjson").contains(text) }

    @Test(arguments: [("SIGINT", SIGINT), ("SIGTERM", SIGTERM)])
    func aSignalEndsItBehindAWindowAndTheSameCommandGoesOn(name: String, signal: Int32) throws {
        let (process, end) = try waiting()
        process.send(signal)
        #expect(try process.wait() == .exited(75))
        try end.close()
        let said = process.standardError
        let place = try #require(said.firstMatch(of: /ended by (SIG[A-Z]+); lines 1 to (\d+) are done \((\d+) loaded/))
        #expect(place.1 == name && said.contains("the same command goes on") && process.standardOutput.isEmpty)
        let lines = try #require(Int(place.2))
        #expect(lines >= 256 && place.3 == place.2)
        try finish(after: lines)
    }

    @Test func whatKill9LeavesIsGoneOnWith() throws {
        let (process, end) = try waiting()
        #expect(process.end(SIGKILL) == .signalled(SIGKILL))
        try end.close()
        try finish(after: nil)
    }

    @Test(.enabled(if: ExhaustionTests.canLimit, "needs prlimit"), .enabled(if: Sanitizer.bearsFileLimit))
    func aFullDiskEndsItWithTheLinesThatAreStored() throws {
        let words = ["/usr/bin/prlimit", "--fsize=70000", try KeywardBinary.path(), "store", "load", file]
        let full = try ChildProcess.run(words + ["--store", store])
        #expect(full.status == 74, "\(full.errors)")
        let place = try #require(full.errors.firstMatch(of: /lines 1 to (\d+) are done \((\d+) loaded/))
        #expect(full.errors.contains("File too large") && full.errors.contains("the same command goes on"))
        #expect((Int(place.1) ?? 0) >= 256 && (Int(place.2) ?? 0) < Self.count)
        try finish(after: Int(place.2))
    }

    /// Under a terminal of Python's, or a pipe, and with lines that end only after there was time to say something.
    @Test(arguments: [true, false])
    func onATerminalAloneOneLineSaysHowFarItIsAndIsErasedAtTheEnd(isTerminal: Bool) throws {
        let script = """
            import os, pty, select, subprocess, sys
            mine, theirs = pty.openpty() if sys.argv[1] == "true" else os.pipe()
            load = subprocess.Popen(sys.argv[3:], stdin=subprocess.PIPE, stderr=theirs)
            os.close(theirs)
            load.stdin.write(open(sys.argv[2], "rb").read())
            load.stdin.flush()
            shown = b""
            patience = 20 if sys.argv[1] == "true" else 1
            while b"a second" not in shown and select.select([mine], [], [], patience)[0]:
                shown += os.read(mine, 4096)
            load.stdin.close()
            load.wait()
            while True:
                try:
                    more = os.read(mine, 4096)
                except OSError:
                    break
                if not more:
                    break
                shown += more
            print(repr(shown.decode()))
            """
        let words = ["/usr/bin/env", "python3", "-c", script, "\(isTerminal)", file]
        let run = try ChildProcess.run(words + [KeywardBinary.path(), "store", "load", "-", "--store", store])
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(lines.first == "1000 loaded, 0 unchanged, 0 bad lines", "\(run)")
        let shown = try #require(lines.last)
        guard isTerminal else {
            #expect(shown == "''")
            return
        }
        // The last window waits for its end.
        #expect(shown.contains(/^'\\r\d+ lines, 0 MB, \d+ lines a second/), "\(shown)")
        #expect(shown.contains(/\\r +\\r'$/), "\(shown)")
    }
}
