import Synchronization
import Testing
import Vault

/// Races and errors at every step from `stat` to the second `fstat`.
@Suite struct SecretRaceTests {
    private let path = "/secret"

    @Test func aSwapBetweenStatAndOpenGivesTheNewValue() async {
        let files = ScriptedFiles([path: "old"]) { [path] call, disk in
            if call.kind == .open, call.number == 1 { disk.place("new", at: path) }
        }
        let resolver = SecretResolver(path: path, files: files)
        #expect(await resolver.verdict(on: "new") == .admitted)
        #expect(await resolver.verdict(on: "old") == .refused)
        #expect(files.count(.open) == 1, "the value was kept for the file that was opened, not for the one of the stat")
    }

    @Test(arguments: [ScriptedFiles.Kind.fstat, .read])
    func aSwapAfterOpenIsSeenByTheNextRequest(kind: ScriptedFiles.Kind) async {
        let files = ScriptedFiles([path: "old"]) { [path] call, disk in
            if call.kind == kind, call.number == 1 { disk.place("new", at: path) }
        }
        let resolver = SecretResolver(path: path, files: files)
        // This request began before the swap, so either answer would do; it is one value, whole.
        #expect(await resolver.verdict(on: "old") == .admitted)
        #expect(await resolver.verdict(on: "old") == .refused)
        #expect(await resolver.verdict(on: "new") == .admitted)
    }

    @Test func aFileThatChangesWhileItIsReadIsReadAgain() async {
        let files = ScriptedFiles([path: "old value"]) { [path] call, disk in
            disk.chunk = 3
            if call.kind == .read, call.number == 2 { disk.rewrite("new value", at: path) }
        }
        let pauses = Pauses()
        let resolver = SecretResolver(path: path, files: files, pauses: pauses)
        #expect(await resolver.verdict(on: "new value") == .admitted)
        #expect(files.count(.open) == 2)
        #expect(pauses.taken == [.zero])
    }

    @Test func aFileThatNeverStandsStillIsADenialAfterFiveReads() async {
        let files = ScriptedFiles([path: "value"]) { [path] call, disk in
            if call.kind == .read { disk.rewrite("value", at: path) }
        }
        let pauses = Pauses()
        let resolver = SecretResolver(path: path, files: files, pauses: pauses)
        #expect(await resolver.verdict(on: "value") == .failed("unstable"))
        #expect(files.count(.open) == 5)
        #expect(pauses.taken == Pauses.all)
    }

    @Test func aFileCutShortOfItsSizeIsNotBelieved() async {
        let files = ScriptedFiles([path: "value"])
        files.change { $0.nodes[1]?.identity.size = 6 }
        let resolver = SecretResolver(path: path, files: files)
        #expect(await resolver.verdict(on: "value") == .failed("unstable"))
    }

    @Test(arguments: [1, 2, 3, 100])
    func shortReadsAddUp(chunk: Int) async {
        let files = ScriptedFiles([path: "a longer value"]) { _, disk in disk.chunk = chunk }
        let resolver = SecretResolver(path: path, files: files)
        #expect(await resolver.verdict(on: "a longer value") == .admitted)
        #expect(files.count(.open) == 1)
    }

    @Test(
        arguments: [ScriptedFiles.Kind.stat, .open, .fstat, .read], [Errno.inputOutput, .tooManyFiles])
    func anErrorIsADenialForThisRequestAlone(kind: ScriptedFiles.Kind, error: Errno) async {
        let files = ScriptedFiles([path: "value"]) { call, _ throws(Errno) in
            if call.kind == kind, call.number == 1 { throw error }
        }
        let pauses = Pauses()
        let resolver = SecretResolver(path: path, files: files, pauses: pauses)
        #expect(await resolver.verdict(on: "value") == .failed("file-unreadable"))
        #expect(await resolver.verdict(on: "value") == .admitted)
        #expect(pauses.taken.isEmpty)
    }

    /// So that this denial costs what the others do: one look.
    @Test func aRefusalOfTheSystemIsKeptUntilTheFileChangesOrIsInspected() async {
        let isRefusing = Mutex(true)
        let files = ScriptedFiles([path: "value"]) { call, _ throws(Errno) in
            if call.kind == .open, isRefusing.withLock({ $0 }) { throw .denied }
        }
        let resolver = SecretResolver(path: path, files: files)
        for _ in 1...3 { #expect(await resolver.verdict(on: "value") == .failed("file-unreadable")) }
        #expect(files.count(.open) == 1)
        files.change { [path] in $0.rewrite("other", at: path) }
        #expect(await resolver.verdict(on: "other") == .failed("file-unreadable"))
        #expect(files.count(.open) == 2)
        // Rights that no identity shows, such as those of the process.
        isRefusing.withLock { $0 = false }
        #expect(await resolver.verdict(on: "other") == .failed("file-unreadable"))
        #expect(await resolver.inspect().first?.state == .ready)
        #expect(await resolver.verdict(on: "other") == .admitted)
    }

    /// A link that is pointed at a file which may not be read, and back again.
    @Test func aRefusalIsThatOfTheFileThatWasOpenedAlone() async {
        let files = ScriptedFiles([path: "value"]) { [path] call, disk throws(Errno) in
            guard call.kind == .open, call.number == 1 else { return }
            disk.place("other", at: path)
            throw .denied
        }
        let resolver = SecretResolver(path: path, files: files)
        #expect(await resolver.verdict(on: "value") == .failed("file-unreadable"))
        files.change { [path] in $0.inodes[path] = 1 }
        #expect(await resolver.verdict(on: "value") == .admitted)
    }

    /// What is let go is overwritten; a value that no request can be judged by any more must not lie about.
    @Test(arguments: ["folder", "too long", "error"])
    func aValueIsLetGoOnceItsFileIsNone(change: String) async {
        let isFailing = Mutex(false)
        let files = ScriptedFiles([path: "value"]) { call, _ throws(Errno) in
            if call.kind == .stat, isFailing.withLock({ $0 }) { throw .denied }
        }
        let resolver = SecretResolver(path: path, files: files)
        #expect(await resolver.verdict(on: "value") == .admitted)
        let identity = files.identity(at: path)
        files.change { disk in
            switch change {
            case "folder": disk.nodes[1]?.identity.kind = .folder
            case "too long": disk.nodes[1]?.identity.size = 65_537
            default: isFailing.withLock { $0 = true }
            }
        }
        #expect(await resolver.verdict(on: "value") != .admitted)
        // The very same state of the file again: only what is still kept would spare the reading.
        isFailing.withLock { $0 = false }
        files.change { if let identity { $0.nodes[1]?.identity = identity } }
        #expect(await resolver.verdict(on: "value") == .admitted)
        #expect(files.count(.open) == 2)
    }

    @Test func theLastGoodValueDoesNotOutliveAnError() async {
        let files = ScriptedFiles([path: "value"]) { call, _ throws(Errno) in
            if call.kind == .stat, call.number > 1 { throw .inputOutput }
        }
        let resolver = SecretResolver(path: path, files: files)
        #expect(await resolver.verdict(on: "value") == .admitted)
        #expect(await resolver.verdict(on: "value") == .failed("file-unreadable"))
    }

    @Test(arguments: [ScriptedFiles.Kind.stat, .open, .fstat, .read])
    func aStaleHandleIsTriedAgain(kind: ScriptedFiles.Kind) async {
        let files = ScriptedFiles([path: "value"]) { call, _ throws(Errno) in
            if call.kind == kind, call.number == 1 { throw .stale }
        }
        let pauses = Pauses()
        let resolver = SecretResolver(path: path, files: files, pauses: pauses)
        #expect(await resolver.verdict(on: "value") == .admitted)
        #expect(pauses.taken == [.zero])
    }

    @Test func aHandleThatStaysStaleIsADenial() async {
        let files = ScriptedFiles([path: "value"]) { _, _ throws(Errno) in throw .stale }
        let pauses = Pauses()
        let resolver = SecretResolver(path: path, files: files, pauses: pauses)
        #expect(await resolver.verdict(on: "value") == .failed("file-unreadable"))
        #expect(pauses.taken == Pauses.all)
    }

    @Test(arguments: 1...4)
    func aPathThatReturnsWithinThePausesIsNoDenial(pause: Int) async {
        let files = ScriptedFiles()
        let pauses = Pauses { [path] number in
            if number == pause { files.change { $0.place("value", at: path) } }
        }
        let resolver = SecretResolver(path: path, files: files, pauses: pauses)
        #expect(await resolver.verdict(on: "value") == .admitted)
        #expect(pauses.taken == Array(Pauses.all.prefix(pause)))
        #expect(files.count(.stat) == pause + 1)
    }

    @Test func aPathKnownToBeMissingIsLookedAtOnceARequestUntilItAppears() async {
        let files = ScriptedFiles()
        let pauses = Pauses()
        let resolver = SecretResolver(path: path, files: files, pauses: pauses)
        #expect(await resolver.verdict(on: "value") == .failed("file-missing"))
        #expect(files.count(.stat) == 5)
        #expect(await resolver.verdict(on: "value") == .failed("file-missing"))
        #expect(files.count(.stat) == 6)
        files.change { $0.place("value", at: path) }
        #expect(await resolver.verdict(on: "value") == .admitted)
        #expect(files.count(.stat) == 7)
        files.change { $0.remove(path) }
        #expect(await resolver.verdict(on: "value") == .failed("file-missing"))
        #expect(files.count(.stat) == 12, "missing anew, so all pauses again")
        #expect(pauses.taken == Pauses.all + Pauses.all)
    }

    @Test func aPathThatIsFoundWhileAnotherRequestWaitsIsNotKnownToBeMissing() async {
        // The fifth look of the first request misses the file that a second one found in its last pause.
        let files = ScriptedFiles()
        let finding = FindingDuringPause(files: files, path: path)
        let resolver = SecretResolver(
            config: finding.config, files: files,
            sleep: { await finding.take($0) })
        finding.resolver.withLock { $0 = resolver }
        #expect(await resolver.verdict(on: "value") == .failed("file-missing"))
        finding.resolver.withLock { $0 = nil }
        let looks = files.count(.stat)
        #expect(await resolver.verdict(on: "value") == .failed("file-missing"))
        #expect(files.count(.stat) == looks + 5)
    }

    @Test func aSlowReaderDoesNotUndoWhatAFasterOneFound() async throws {
        let files = InterleavingFiles()
        let resolver = SecretResolver(path: path, files: files)
        files.resolver.withLock { $0 = resolver }
        // In the middle of this read of the old file the file changes and another request reads the new one.
        #expect(await resolver.verdict(on: "old") == .admitted)
        files.resolver.withLock { $0 = nil }
        let opened = files.disk.count(.open)
        #expect(await resolver.verdict(on: "new") == .admitted)
        #expect(files.disk.count(.open) == opened, "the newer value is still kept")
    }

    @Test(
        arguments: [
            // Change and modification in nanoseconds before the read, and whether the value is kept.
            (0, 0, false), (19_999_999, 19_999_999, false), (20_000_000, 20_000_000, true),
            (19_999_999, 1 << 40, false),
            (1 << 40, 19_999_999, false), (1 << 40, 1 << 40, true),
            // A clock set back; and a modification time that somebody chose.
            (-1 << 40, 1 << 40, false), (1 << 40, -1 << 40, true), (1 << 40, -5_000_000, false),
        ] as [(Int, Int, Bool)])
    func aValueReadTooSoonAfterAChangeIsUsedAndNotKept(changed: Int, modified: Int, kept: Bool) async {
        let files = ScriptedFiles([path: "value"])
        func time(before nanoseconds: Int) -> FileTime {
            let total = 1_000_000_000_000_000 - nanoseconds
            return FileTime(seconds: Int64(total / 1_000_000_000), nanoseconds: Int64(total % 1_000_000_000))
        }
        files.change { disk in
            disk.now = time(before: 0)
            disk.nodes[1]?.identity.changed = time(before: changed)
            disk.nodes[1]?.identity.modified = time(before: modified)
        }
        let resolver = SecretResolver(path: path, files: files)
        for _ in 1...3 { #expect(await resolver.verdict(on: "value") == .admitted) }
        #expect(files.count(.open) == (kept ? 1 : 3))
    }

    @Test func aWriteWithinOneTickOfTheClockIsSeen() async {
        let files = ScriptedFiles([path: "old"])
        files.change { disk in
            disk.now = FileTime(seconds: 1, nanoseconds: 3_000_000)
        }
        let resolver = SecretResolver(path: path, files: files)
        #expect(await resolver.verdict(on: "old") == .admitted)
        // The same size, inode and times: what a second write in the same tick leaves.
        files.change { $0.nodes[1]?.bytes = Array("new".utf8) }
        #expect(await resolver.verdict(on: "old") == .refused)
        #expect(await resolver.verdict(on: "new") == .admitted)
    }
}
