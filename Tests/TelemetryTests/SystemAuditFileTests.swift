import Foundation
import Glibc
import Testing

@testable import Telemetry

@Suite struct SystemAuditFileTests {
    private let folder: URL

    init() throws {
        folder = URL(filePath: NSTemporaryDirectory()).appending(path: "audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    private func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    private func append(_ text: String, to file: any AuditFile) throws {
        var appender = LineAppender(file, patience: .milliseconds(50))
        let outcome = appender.append([Array(text.utf8)])
        if let fault = outcome.fault { throw fault }
    }

    @Test func aFileIsMadeForItsOwnerAloneAndAppendedTo() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for _ in 0..<2 { try append("line\n", to: try SystemAuditTarget.path(path("log")).open()) }
        #expect(try text("log") == "line\nline\n")
        var status = stat()
        #expect(unsafe stat(path("log"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func aFileKeepsItsRightsAndATornLineIsSeen() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("torn".utf8).write(to: folder.appending(path: "log"))
        #expect(unsafe chmod(path("log"), 0o640) == 0)
        let file = try SystemAuditTarget.path(path("log")).open()
        #expect(file.isRegular && !file.endsWithWholeLine)
        try append("line\n", to: file)
        #expect(try text("log") == "torn\nline\n")
        var status = stat()
        #expect(unsafe stat(path("log"), &status) == 0 && status.st_mode & 0o777 == 0o640)
        try file.truncate(to: 5)
        #expect(try file.write([UInt8(ascii: "x"), UInt8(ascii: "\n")].span) == 2)
        #expect(try text("log") == "torn\nx\n", "what is appended follows the cut")
    }

    @Test func whatCannotBeOpenedSaysWhy() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, code) in [("none/log", ENOENT), (".", EISDIR)] {
            #expect(throws: AuditFault.system(call: "open", target: path(name), code: code)) {
                _ = try SystemAuditTarget.path(path(name)).open()
            }
        }
        // A FIFO that nobody reads.
        #expect(unsafe mkfifo(path("fifo"), 0o600) == 0)
        #expect(throws: AuditFault.system(call: "open", target: path("fifo"), code: ENXIO)) {
            _ = try SystemAuditTarget.path(path("fifo")).open()
        }
    }

    @Test func aFullDeviceRefuses() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let full = try SystemAuditTarget.path("/dev/full").open()
        #expect(throws: AuditFault.system(call: "write", target: "/dev/full", code: ENOSPC)) {
            try append("line\n", to: full)
        }
    }

    @Test func aFIFOWhoseReaderStopsStallsAndOneThatLeavesBreaks() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        signal(SIGPIPE, SIG_IGN)
        #expect(unsafe mkfifo(path("fifo"), 0o600) == 0)
        let reader = unsafe open(path("fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        #expect(reader >= 0)
        let file = try SystemAuditTarget.path(path("fifo")).open()
        #expect(!file.isRegular && file.endsWithWholeLine)
        var appender = LineAppender(file, patience: .milliseconds(50))
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 9_999) + [UInt8(ascii: "\n")]
        var outcome = appender.append(Array(repeating: line, count: 50))
        #expect(outcome.fault == .stalled(target: path("fifo")))
        #expect(outcome.whole > 0 && outcome.whole < 50)
        // The reader goes on: the torn line is finished, then comes the next.
        var read: [UInt8] = []
        func drain() {
            var room = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = unsafe Glibc.read(reader, &room, room.count)
                guard count > 0 else { return }
                read += room[..<count]
            }
        }
        drain()
        let written = outcome.whole + (outcome.isTorn ? 1 : 0)
        outcome = appender.append([line])
        drain()
        #expect(outcome.fault == nil)
        #expect(read.count == (written + 1) * line.count)
        #expect(read.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.count == 9_999 })
        close(reader)
        #expect(appender.append([line]).fault == .system(call: "write", target: path("fifo"), code: EPIPE))
    }

    @Test func aLockThatAnotherHoldsIsWaitedForAndThenAFault() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let (mine, other) = (
            try SystemAuditTarget.path(path("log")).open(), try SystemAuditTarget.path(path("log")).open()
        )
        try other.lock(within: .zero)
        #expect(throws: AuditFault.locked(target: path("log"))) { try append("line\n", to: mine) }
        other.unlock()
        try append("line\n", to: mine)
        #expect(try text("log") == "line\n")
    }
}
