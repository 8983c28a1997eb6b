import Glibc
import Synchronization
import Testing

@testable import Telemetry

@Suite struct LineAppenderTests {
    private func appender(_ file: PlayedFile) -> LineAppender { LineAppender(file, patience: .seconds(2)) }

    private func lines(_ texts: String...) -> [[UInt8]] { texts.map { Array("\($0)\n".utf8) } }

    @Test func linesAreAppendedInOneWrite() {
        let file = PlayedFile(holding: "old\n")
        var appender = appender(file)
        let outcome = appender.append(lines("a", "b"))
        #expect(outcome.whole == 2 && outcome.fault == nil)
        #expect(file.text == "old\na\nb\n")
        #expect(file.writes == [4])
        #expect(file.state.withLock { $0.locks } == 0, "the lock is given back")
    }

    @Test func aShortWriteGoesOn() {
        let file = PlayedFile()
        var appender = appender(file)
        file.plays(.takes(1), .takes(2))
        #expect(appender.append(lines("abc", "def")).whole == 2)
        #expect(file.text == "abc\ndef\n")
    }

    @Test(arguments: [ENOSPC, EIO, EDQUOT, EFBIG])
    func aRegularFileTakesAllOrNothing(code: Int32) {
        let file = PlayedFile(holding: "old\n")
        var appender = appender(file)
        file.plays(.takes(6), .fails(code))
        let outcome = appender.append(lines("abc", "def"))
        #expect(outcome.whole == 0 && !outcome.isTorn)
        #expect(outcome.fault == .system(call: "write", target: "played", code: code))
        #expect(file.text == "old\n", "what was taken is cut off, what was there before is not")
        #expect(appender.append(lines("ghi")).whole == 1)
        #expect(file.text == "old\nghi\n")
    }

    @Test func aWriteThatTakesNothingIsNoRoom() {
        let file = PlayedFile()
        var appender = appender(file)
        file.plays(.takes(0))
        #expect(appender.append(lines("a")).fault == .system(call: "write", target: "played", code: ENOSPC))
    }

    @Test func aTornLineOfAnEarlierRunIsEndedFirst() {
        let file = PlayedFile(holding: #"{"torn"#)
        var appender = appender(file)
        file.plays(.fails(ENOSPC))
        #expect(appender.append(lines("a")).whole == 0)
        #expect(file.text == #"{"torn"#)
        #expect(appender.append(lines("a")).whole == 1)
        #expect(file.text == "{\"torn\na\n")
        #expect(appender.append(lines("b")).whole == 1)
        #expect(file.text == "{\"torn\na\nb\n", "once is enough")
    }

    @Test func aFileThatCannotBeCutHasItsTornLineFinishedFirst() {
        let file = PlayedFile()
        file.change { $0.mayBeCut = false }
        var appender = appender(file)
        file.plays(.takes(6), .fails(ENOSPC))
        let outcome = appender.append(lines("abc", "def", "ghi"))
        #expect(outcome.whole == 1 && outcome.isTorn)
        #expect(file.text == "abc\nde")
        #expect(appender.append(lines("jkl")).whole == 1)
        #expect(file.text == "abc\ndef\njkl\n")
    }

    @Test func aPipeGetsNoMoreAtOnceThanItTakesWhole() {
        let file = PlayedFile(isRegular: false)
        var appender = appender(file)
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        #expect(appender.append([long]).whole == 1)
        #expect(file.writes == [4_096, 4_096, 10_000 - 8_192])
    }

    @Test func aTornLineOnAPipeIsFinishedBeforeTheNext() {
        let file = PlayedFile(isRegular: false)
        var appender = appender(file)
        file.plays(.takes(6), .fails(EPIPE))
        let outcome = appender.append(lines("abc", "def", "ghi"))
        #expect(outcome.whole == 1 && outcome.isTorn)
        #expect(outcome.fault == .system(call: "write", target: "played", code: EPIPE))
        file.plays(.takes(1), .fails(EPIPE))
        #expect(appender.append(lines("jkl")).whole == 0)
        #expect(file.text == "abc\ndef")
        #expect(appender.append([]).fault == nil)
        #expect(file.text == "abc\ndef\n")
    }

    @Test func aReaderThatHasStoppedIsWaitedForOnce() {
        let file = PlayedFile(isRegular: false)
        var appender = appender(file)
        file.change { $0.isReady = false }
        for _ in 0..<2 { #expect(appender.append(lines("a")).fault == .stalled(target: "played")) }
        #expect(appender.append([]).fault == nil, "nothing is to be written")
        let waits = file.state.withLock { $0.waits }
        #expect(waits.count == 2 && waits[0] > .seconds(1) && waits[1] == .zero)
        file.change { $0.isReady = true }
        #expect(appender.append(lines("b")).whole == 1)
        file.change { $0.isReady = false }
        _ = appender.append(lines("c"))
        #expect(file.state.withLock { $0.waits.last } ?? .zero > .seconds(1))
        #expect(file.text == "b\n")
    }

    /// An init bundle may have thousands, and a reader that is slow has not stopped.
    @Test func aReaderMayTakeTheTimeThatManyLinesNeed() {
        let file = PlayedFile(isRegular: false)
        var appender = appender(file)
        file.change { $0.isReady = false }
        #expect(appender.append([[UInt8](repeating: 0x61, count: 3 << 20)]).fault == .stalled(target: "played"))
        #expect(file.state.withLock { $0.waits.last } ?? .zero > .seconds(7))
    }

    @Test func theRestOfATornLineMovesWithAPipeOnly() {
        let pipe = PlayedFile(isRegular: false)
        var appender = appender(pipe)
        pipe.plays(.takes(2), .fails(EPIPE))
        _ = appender.append(lines("abc"))
        let other = PlayedFile(isRegular: false)
        appender.move(to: other)
        _ = appender.append(lines("d"))
        #expect(other.text == "c\nd\n")
        other.plays(.takes(1), .fails(EPIPE))
        _ = appender.append(lines("ef"))
        let file = PlayedFile(holding: "torn")
        appender.move(to: file)
        _ = appender.append(lines("g"))
        #expect(file.text == "torn\ng\n")
    }
}
