import Synchronization
import Testing
import Vault

/// A disk and a clock, both in the test's hand: the value at `/v/now`, the one before at `/v/before`, ten minutes.
private final class Stage: Sendable {
    let files: ScriptedFiles
    let resolver: SecretResolver
    let rotations: Rotations
    private let seconds: Seconds

    /// Seconds since the machine's start, and the wall clock's with them.
    final class Seconds: Sendable {
        private let count = Mutex<Int64>(1_000_000)
        var now: Int64 { count.withLock { $0 } }
        func advance(by seconds: Int64) { count.withLock { $0 += seconds } }
    }

    final class Rotations: Sendable {
        private let seen = Mutex<[SecretRotation]>([])
        var all: [SecretRotation] { seen.withLock { $0 } }
        func add(_ rotation: SecretRotation) { seen.withLock { $0.append(rotation) } }
    }

    init(
        now: String?, before: String? = nil, changed: Int64 = 0, config: VaultConfig = Stage.config(),
        event: ScriptedFiles.Event? = nil
    ) {
        files = ScriptedFiles(event: event)
        let seconds = Seconds()
        let rotations = Rotations()
        resolver = SecretResolver(
            config: config, files: files, clock: { Moment(nanoseconds: UInt64(seconds.now) * 1_000_000_000) },
            sleep: { _ in }, rotated: { rotations.add($0) })
        self.seconds = seconds
        self.rotations = rotations
        put(now: now, before: before, secondsAgo: changed)
    }

    static func config(overlap: Duration? = .seconds(600), path: String = "/v/now") -> VaultConfig {
        let secret = VaultConfig.Secret(
            name: SecretName("client-secret"), path: path,
            previous: overlap.map { .init(path: "/v/before", overlap: $0) },
            scopes: [SecretScope(resourceType: "Client")])
        return VaultConfig(secrets: [secret], folder: "/")
    }

    /// A swap of the volume: new files, even where they hold what they held.
    func put(now: String?, before: String?, secondsAgo: Int64 = 0) {
        let time = seconds.now - secondsAgo
        files.change { disk in
            disk.now = FileTime(seconds: seconds.now, nanoseconds: 0)
            for (path, text) in [("/v/now", now), ("/v/before", before)] {
                if let text { disk.place(text, at: path, seconds: time) } else { disk.remove(path) }
            }
        }
    }

    func pass(seconds count: Int64) {
        seconds.advance(by: count)
        files.change { [seconds] in $0.now = FileTime(seconds: seconds.now, nanoseconds: 0) }
    }

    /// The wall clock alone, as an administrator sets it.
    func setBackWallClock(by count: Int64) {
        files.change { $0.now.seconds -= count }
    }

    func verdicts(_ passwords: String...) async -> [Verdict] {
        var verdicts: [Verdict] = []
        for password in passwords { verdicts.append(await resolver.verdict(on: password)) }
        return verdicts
    }
}

@Suite struct OverlapTests {
    /// A link that is pointed at a file which has lain there for long: the file's time says nothing of the change, but
    /// the last look does that still found the value before.
    @Test func aChangeIsNoOlderThanTheLastLookThatFoundTheValueBefore() async {
        let stage = Stage(now: "one", changed: 50_000)
        #expect(await stage.verdicts("one") == [.admitted])
        stage.pass(seconds: 1_000)
        #expect(await stage.verdicts("one") == [.admitted])
        stage.pass(seconds: 10)
        stage.put(now: "two", before: "one", secondsAgo: 40_000)
        #expect(await stage.verdicts("two", "one") == [.admitted, .admittedAsPrevious])
        #expect(stage.rotations.all.map(\.changed) == [FileTime(seconds: 1_001_000, nanoseconds: 0)])
        stage.pass(seconds: 589)
        #expect(await stage.verdicts("one") == [.admittedAsPrevious])
        stage.pass(seconds: 1)
        #expect(await stage.verdicts("one", "two") == [.expired, .admitted])
    }

    @Test func afterARotationBothValuesCountUntilTheOverlapIsOver() async {
        let stage = Stage(now: "one", changed: 50_000)
        #expect(await stage.verdicts("one", "two") == [.admitted, .refused])
        stage.put(now: "two", before: "one")
        #expect(await stage.verdicts("one", "two", "three") == [.admittedAsPrevious, .admitted, .refused])
        stage.pass(seconds: 599)
        #expect(await stage.verdicts("one", "two") == [.admittedAsPrevious, .admitted])
        stage.pass(seconds: 1)
        #expect(await stage.verdicts("one", "two") == [.expired, .admitted])
    }

    @Test func itEndsWhenThePreviousFileGoes() async {
        let stage = Stage(now: "two", before: "one")
        #expect(await stage.verdicts("one") == [.admittedAsPrevious])
        stage.files.change { $0.remove("/v/before") }
        #expect(await stage.verdicts("one", "two") == [.refused, .admitted])
    }

    @Test(arguments: [(Int64(0), Verdict.admittedAsPrevious), (599, .admittedAsPrevious), (600, .expired)])
    func afterARestartTheFilesTimeIsWhatItIsReckonedFrom(secondsAgo: Int64, verdict: Verdict) async {
        let stage = Stage(now: "two", before: "one", changed: secondsAgo)
        #expect(await stage.verdicts("one") == [verdict])
    }

    @Test func aRotationThatNobodySawForAWhileIsReckonedFromTheFilesChange() async {
        let stage = Stage(now: "one", changed: 50_000)
        #expect(await stage.verdicts("one") == [.admitted])
        stage.pass(seconds: 1_000)
        stage.put(now: "two", before: "one", secondsAgo: 700)
        #expect(await stage.verdicts("one", "two") == [.expired, .admitted])
    }

    @Test func aSwapOfTheSameBytesStartsNothingAndRevivesNothing() async {
        let stage = Stage(now: "one", before: "zero", changed: 50_000)
        #expect(await stage.verdicts("one", "zero") == [.admitted, .expired])
        stage.put(now: "one", before: "zero")
        #expect(await stage.verdicts("one", "zero") == [.admitted, .expired])
        #expect(stage.rotations.all.isEmpty)
    }

    @Test func aFileThatWasGoneForAWhileAndComesBackTheSameRevivesNothing() async {
        let stage = Stage(now: "one", before: "zero", changed: 50_000)
        #expect(await stage.verdicts("one", "zero") == [.admitted, .expired])
        for other in [nil, ""] {
            stage.put(now: other, before: "zero")
            _ = await stage.verdicts("one")
            stage.put(now: "one", before: "zero")
            #expect(await stage.verdicts("zero", "one") == [.expired, .admitted])
        }
        #expect(stage.rotations.all.isEmpty)
    }

    @Test func aClockThatIsSetBackProlongsNothing() async {
        let stage = Stage(now: "two", before: "one")
        #expect(await stage.verdicts("one") == [.admittedAsPrevious])
        stage.pass(seconds: 600)
        stage.setBackWallClock(by: 600)
        #expect(await stage.verdicts("one") == [.expired])
    }

    @Test func aSecretThatIsGoneIsNotReplacedByTheOneBefore() async {
        let stage = Stage(now: nil, before: "one")
        #expect(await stage.verdicts("one") == [.failed("file-missing")])
        stage.put(now: "null", before: "one")
        #expect(await stage.verdicts("one") == [.failed("no-value")])
    }

    @Test(arguments: ["", "null", "o\u{0}ne"])
    func aPreviousFileThatIsNoSecretCountsForNothing(text: String) async {
        let stage = Stage(now: "two", before: text)
        #expect(await stage.verdicts(text, "one", "two") == [.refused, .refused, .admitted])
        #expect(await stage.resolver.inspect().first?.previous?.fault != nil)
    }

    /// "two" is in both generations, so it must be admitted whenever the swap comes.
    @Test(arguments: [ScriptedFiles.Kind.stat, .open, .fstat, .read], 1...5)
    func aSwapAtAnyMomentNeverDeniesTheValueThatCountsBeforeAndAfter(kind: ScriptedFiles.Kind, number: Int) async {
        let stage = Stage(now: "two", before: "one", changed: 1) { call, disk in
            guard call.kind == kind, call.number == number else { return }
            disk.place("three", at: "/v/now", seconds: 1_000_000)
            disk.place("two", at: "/v/before", seconds: 1_000_000)
        }
        for _ in 1...5 { #expect(await ![.refused, .failed("unstable")].contains(stage.verdicts("two")[0])) }
    }

    /// The new generation has no value in force, so "four" counts in neither of them: only the old value in force with
    /// the new file beside it would let it in.
    @Test func bothValuesAreOfOneGeneration() async {
        let stage = Stage(now: "two", before: "one", changed: 1) { call, disk in
            guard call.path == "/v/before", call.kind == .stat, call.number == 2 else { return }
            disk.place("null", at: "/v/now", seconds: 1_000_000)
            disk.place("four", at: "/v/before", seconds: 1_000_000)
        }
        #expect(await stage.verdicts("four") == [.failed("no-value")])
    }

    @Test func aVolumeThatNeverStandsStillIsADenialInTheEnd() async {
        let stage = Stage(now: "two", before: "one", changed: 1) { call, disk in
            if call.path == "/v/before", call.kind == .stat { disk.place("two", at: "/v/now", seconds: 999_999) }
        }
        #expect(await stage.verdicts("one") == [.failed("unstable")])
    }

    @Test func aRotationIsReportedOnceWithItsTimeAndItsOverlap() async {
        let stage = Stage(now: "one", changed: 50_000)
        #expect(await stage.verdicts("one", "one") == [.admitted, .admitted])
        #expect(stage.rotations.all.isEmpty, "the first value is no rotation")
        stage.pass(seconds: 10)
        stage.put(now: "two", before: "one", secondsAgo: 3)
        #expect(await stage.verdicts("two", "two", "one") == [.admitted, .admitted, .admittedAsPrevious])
        #expect(
            stage.rotations.all.map(\.changed) == [FileTime(seconds: 1_000_007, nanoseconds: 0)]
                && stage.rotations.all.first?.overlap == .seconds(600)
                && stage.rotations.all.first?.name == SecretName("client-secret"))
        stage.put(now: "one", before: "two")
        #expect(await stage.verdicts("one") == [.admitted])
        #expect(stage.rotations.all.count == 2, "a change back is a rotation too")
    }

    @Test func theAgeOfAValueIsThatOfItsFirstFile() async {
        let stage = Stage(now: "one", changed: 40)
        #expect(await stage.resolver.inspect().first?.age == .seconds(40))
        stage.pass(seconds: 10)
        stage.put(now: "one", before: nil)
        #expect(await stage.resolver.inspect().first?.age == .seconds(50))
        stage.put(now: nil, before: nil)
        #expect(await stage.resolver.inspect().first?.age == .seconds(50), "the last value that was seen")
    }
}
