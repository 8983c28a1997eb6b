import Foundation
import Glibc
import Synchronization
import Testing

@testable import Telemetry

@Suite struct AuditLogTests {
    private final class Notices: Sendable {
        let all = Mutex<[AuditNotice]>([])
        func note(_ notice: AuditNotice) { all.withLock { $0.append(notice) } }
        var count: Int { all.withLock { $0.count } }
    }

    private let notices = Notices()

    private func log(_ files: PlayedFile..., now: WallTime = .seconds(7)) throws -> AuditLog {
        let target = files.count == 1 ? PlayedTarget(files[0]) : PlayedTarget(files[0], files[1])
        return try AuditLog(
            target, now: { now },
            gapLine: { Array("gap \($0.refused) \($0.dropped) \($0.since.components.seconds)\n".utf8) },
            notice: { [notices] in notices.note($0) })
    }

    private func bytes(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

    @Test func aLineIsInTheFileWhenItsWriteReturns() async throws {
        let file = PlayedFile()
        let log = try log(file)
        try await log.write(bytes("a"))
        #expect(file.text == "a\n")
        try await log.write(bytes("b"))
        #expect(file.text == "a\nb\n")
        #expect(await log.probe() == nil)
        #expect(notices.all.withLock { $0 } == [.written(lines: 1), .written(lines: 1)])
    }

    @Test func linesThatComeDuringAWriteShareTheNext() async throws {
        let file = PlayedFile()
        let log = try log(file)
        let (entered, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        file.change {
            $0.during = {
                entered.signal(); goOn.wait()
            }
        }
        let first = Task { try await log.write(bytes("first")) }
        await block(on: entered)
        // Posted lines are queued before `post` returns, so these five come while the first is being written.
        for index in 0..<5 { log.post(bytes("\(index)")) }
        file.change { $0.during = {} }
        goOn.signal()
        try await first.value
        #expect(await log.probe() == nil)
        #expect(file.text == "first\n0\n1\n2\n3\n4\n")
        #expect(file.writes == [6, 10])
    }

    @Test(arguments: [ENOSPC, EIO])
    func aLineThatCannotBeWrittenThrowsAndIsNotThere(code: Int32) async throws {
        let file = PlayedFile(holding: "old\n")
        let log = try log(file)
        file.plays(.takes(1), .fails(code))
        let fault = AuditFault.system(call: "write", target: "played", code: code)
        await #expect(throws: fault) { try await log.write(bytes("abc")) }
        #expect(file.text == "old\n")
        #expect(notices.all.withLock { $0 } == [.refused(lines: 1, fault)])
        #expect("\(fault)".contains("(errno \(code))"))
    }

    @Test func theGapIsToldBeforeTheFirstLineAfterIt() async throws {
        let file = PlayedFile()
        let log = try log(file)
        file.plays(.fails(ENOSPC), .fails(ENOSPC), .fails(EIO))
        for _ in 0..<3 { try? await log.write(bytes("lost")) }
        try await log.write(bytes("a"))
        try await log.write(bytes("b"))
        #expect(file.text == "gap 3 0 7\na\nb\n")
    }

    @Test func aProbeTellsTheGapAndFailsWhileItCannot() async throws {
        let file = PlayedFile()
        let log = try log(file)
        #expect(await log.probe() == nil)
        #expect(file.writes.isEmpty, "where nothing failed a probe writes nothing")
        file.plays(.fails(ENOSPC), .fails(ENOSPC))
        try? await log.write(bytes("lost"))
        #expect(await log.probe() == .system(call: "write", target: "played", code: ENOSPC))
        #expect(await log.probe() == nil)
        #expect(file.text == "gap 1 0 7\n", "a probe is no refused line")
    }

    @Test func postedLinesStayInOrderUntilTheyAreWritten() async throws {
        let file = PlayedFile()
        let log = try log(file)
        file.plays(.fails(ENOSPC), .fails(ENOSPC), .fails(ENOSPC), .fails(ENOSPC))
        log.post(bytes("1"))
        #expect(await log.probe() != nil)
        log.post(bytes("2"))
        try? await log.write(bytes("lost"))
        file.plays()
        try await log.write(bytes("a"))
        #expect(file.text.hasSuffix("1\n2\na\n"))
        #expect(!file.text.contains("lost"))
    }

    @Test func onAPipeWhatWentThroughIsNotRepeated() async throws {
        let pipe = PlayedFile(isRegular: false)
        let log = try log(pipe)
        let (entered, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        pipe.change {
            $0.during = {
                entered.signal(); goOn.wait()
            }
        }
        let first = Task { try await log.write(bytes("first")) }
        await block(on: entered)
        for text in ["posted-1", "posted-2", "posted-3"] { log.post(bytes(text)) }
        pipe.change {
            $0.during = {}
            // The first line; then one and a half of the posted ones.
            $0.plays = [.takes(6), .takes(13), .fails(EPIPE)]
        }
        goOn.signal()
        try await first.value
        try await log.write(bytes("a"))
        #expect(pipe.text == "first\nposted-1\nposted-2\nposted-3\na\n")
    }

    @Test func postedLinesBeyondTheLimitAreDroppedAndCounted() async throws {
        let pipe = PlayedFile(isRegular: false)
        let log = try log(pipe)
        pipe.change { $0.isReady = false }
        // A first one that fails, so that none of the others is written in between.
        try? await log.write(bytes("lost"))
        for index in 0..<AuditLog.postedLimit + 3 { log.post(bytes("\(index)")) }
        #expect(await log.probe() != nil)
        pipe.change { $0.isReady = true }
        #expect(await log.probe() == nil)
        let lines = pipe.text.split(separator: "\n")
        #expect(lines.count == AuditLog.postedLimit + 1)
        #expect(lines.first == "gap 1 3 7")
        #expect(lines.last == "\(AuditLog.postedLimit - 1)")
        #expect(notices.all.withLock { $0.count { $0 == .dropped } } == 3)
    }

    @Test func reopeningMovesToTheNewFileOrKeepsTheOld() async throws {
        let (old, new) = (PlayedFile(), PlayedFile(holding: "torn"))
        let log = try log(old, new)
        try await log.write(bytes("a"))
        try await log.reopen()
        try await log.write(bytes("b"))
        await #expect(throws: AuditFault.system(call: "open", target: "played", code: EACCES)) {
            try await log.reopen()
        }
        try await log.write(bytes("c"))
        #expect(old.text == "a\n")
        #expect(new.text == "torn\nb\nc\n")
    }

    @Test func closingWritesWhatWaitsAndTakesNoMore() async throws {
        let file = PlayedFile()
        let log = try log(file)
        file.plays(.fails(EIO))
        try? await log.write(bytes("lost"))
        log.post(bytes("posted"))
        await log.close()
        #expect(file.text == "gap 1 0 7\nposted\n")
        await #expect(throws: AuditFault.closed) { try await log.write(bytes("late")) }
        #expect(file.text == "gap 1 0 7\nposted\n")
    }

    private func block(on semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { done in
            // A thread of its own: tasks share as many as there are cores, and one that waits is missing to others.
            Thread.detachNewThread {
                semaphore.wait()
                done.resume()
            }
        }
    }
}
