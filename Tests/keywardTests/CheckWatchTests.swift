import Server
import Synchronization
import Testing

@testable import keyward

/// Looks that find what a test lists, one list a look; the pause after the last one ends the watch.
private final class Looks: Sendable {
    private struct Ended: Error {}

    private let lists: [[Finding]]
    private let taken = Mutex(0)
    private let printed = Mutex<[String]>([])
    private let pauses = Mutex<[Duration]>([])
    private let room: Int

    /// - Parameter room: how many texts can be printed.
    init(_ lists: [[Finding]], room: Int = .max) {
        self.lists = lists
        self.room = room
    }

    func watch(_ format: CheckFormat) async -> keyward.ExitStatus {
        await CheckWatch(format: format) { [self] in
            let number = taken.withLock { taken in
                taken += 1
                return taken
            }
            return lists[number - 1]
        } say: { [self] text in
            printed.withLock { printed in
                guard printed.count < room else { return false }
                printed.append(text)
                return true
            }
        } pause: { [self] duration in
            pauses.withLock { $0.append(duration) }
            if taken.withLock({ $0 == lists.count }) { throw Ended() }
        }.run()
    }

    var texts: [String] { printed.withLock { $0 } }
    var times: [Duration] { pauses.withLock { $0 } }
}

@Suite struct CheckWatchTests {
    private let missing: Finding
    private let torn: Finding

    /// Findings are made by inspections alone: these are of a store that is none, and of a config that is not there.
    init() async throws {
        var settings = Settings()
        settings.store = .memory
        settings.vaultConfig = "/nowhere/vault.json"
        missing = try #require(await Inspection(settings).findings().first)
        settings.vaultConfig = "/nowhere/else.json"
        torn = try #require(await Inspection(settings).findings().first)
    }

    @Test func firstAllIsPrintedAndThenWhatChanged() async {
        let looks = Looks([[missing], [missing], [missing, torn], [torn], []])
        #expect(await looks.watch(.text) == .success)
        let line = { (finding: Finding) in CheckFormat.text.report([finding]) }
        #expect(looks.texts == [line(missing), "+ \(line(torn))", "- \(line(missing))", "- \(line(torn))"])
        #expect(looks.times == Array(repeating: CheckWatch.interval, count: 5))
        #expect(line(missing).hasPrefix("error config-unreadable: /nowhere/vault.json: "))
    }

    @Test func inJSONEachChangeIsAnObjectOnALine() async {
        let looks = Looks([[], [missing], [torn]])
        #expect(await looks.watch(.json) == .findings)
        let members = { (finding: Finding) in
            String(CheckFormat.json.report([finding]).dropFirst(#"{"findings":[{"#.count).dropLast(4))
        }
        #expect(
            looks.texts == [
                "{\"findings\":[]}\n",
                "{\"change\":\"found\",\(members(missing))}\n",
                "{\"change\":\"gone\",\(members(missing))}\n{\"change\":\"found\",\(members(torn))}\n",
            ])
        #expect(members(missing).hasPrefix(#""code":"config-unreadable","severity":"error","what":""#))
    }

    @Test func theStatusIsThatOfTheLastLook() async {
        #expect(await Looks([[], [missing]]).watch(.text) == .findings)
        #expect(await Looks([[missing], []]).watch(.text) == .success)
    }

    @Test(arguments: [0, 1]) func whereNobodyReadsItEnds(room: Int) async {
        let looks = Looks([[], [missing], []], room: room)
        #expect(await looks.watch(.text) == .inputOutput)
        #expect(looks.texts.count == room)
    }

    @Test func aLookThatWasInterruptedDoesNotCount() async {
        let watching = Task { [missing] in
            let looks = Mutex(0)
            return await CheckWatch(format: .text) {
                guard
                    looks.withLock({
                        $0 += 1; return $0
                    }) > 1
                else { return [] }
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return [missing]
            } say: { _ in
                true
            } pause: { _ in
                try Task.checkCancellation()
            }.run()
        }
        #expect(await watching.value == .success)
    }
}
