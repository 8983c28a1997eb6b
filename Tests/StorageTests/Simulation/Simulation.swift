import FHIR
import Glibc

@testable import Storage

/// A store on a simulated disk, with simulated clients, through lives that end in every way there is, and a model that
/// it is held to. All of it follows from a seed.
struct Simulation {
    /// How a life ends; one that is to close the store and does not come to it is killed or cut.
    enum Ending { case close, kill, cut }

    /// What was done, for a test to see that it was.
    struct Tally: Sendable {
        var (lives, cuts, commits, refused, failures, compactions) = (0, 0, 0, 0, 0, 0)
        /// Old versions that were read, and times that a fault of the disk was in the way.
        var (oldVersions, looksThatFailed) = (0, 0)
        /// Starts refused because a power cut had torn a batch in its middle, and stores then repaired.
        var (tornStarts, repairs) = (0, 0)
    }

    private static let folder = "/srv/keyward"

    let disk: SimulatedDisk
    private(set) var tally = Tally()
    /// Calls to the disk that the last life has made.
    private(set) var calls = 0
    private let clock: SimulatedClock
    private var clients: Clients
    private var model: StoreModel
    private let readers: Readers
    private var random: SplitMix64
    /// What was refused may be in the store all the same.
    private var mayHoldRefused = false
    /// A power cut in no order may have torn a batch since the last start.
    private var mayBeTorn = false
    /// A compaction that failed may have stopped the writer.
    private var mayBeStopped = false
    private var settings = CompactionSettings()

    init(seed: UInt64, order: WriteOrder) throws {
        random = SplitMix64(seed: seed)
        disk = SimulatedDisk(seed: random.next(), order: order)
        clock = SimulatedClock(seed: random.next())
        clients = try Clients(seed: random.next())
        model = StoreModel(keys: clients.keys)
        readers = Readers(keys: clients.keys)
        settings.history = [HistoryRule.all, .newest(1), .newest(2)][random.number(0...2)]
        // Only when it is asked for: then all calls to the disk follow from the seed.
        settings.least = .max
    }

    /// Several lives with cuts, kills and failures at random; after each the model must hold, and at the end as well.
    mutating func run() async throws {
        for _ in 0..<random.number(1...4) {
            let waves = random.chance(25) ? 0 : random.number(1...8)
            try await live(anyPlan(), waves: waves, ending: [.close, .kill, .cut, .cut][random.number(0...3)])
            // What the kernel's memory alone has kept is lost, unless the start made it durable.
            if random.chance(30) { try await live(.none, waves: 0, ending: .cut) }
        }
        try await live(.none, waves: 1, ending: .cut)
        try await live(.none, waves: 0, ending: .close)
        try verify()
    }

    private mutating func anyPlan() -> FaultPlan {
        var plan = FaultPlan()
        if random.chance(80) { plan.end = anyCall() }
        if random.chance(20) { plan.room = random.number(0...4_000) }
        if random.chance(40) { plan.shortWrites = 30 }
        guard random.chance(40) else { return plan }
        for _ in 0..<random.number(1...3) {
            let call = anyCall()
            plan.failures[call] = anyError()
            // What is done about a failure fails as well, or never comes to it.
            if random.chance(30) { plan.failures[call + 1] = anyError() }
            if random.chance(30) { plan.end = call + 1 }
        }
        return plan
    }

    /// Mostly one of a running store: a start makes about 14.
    private mutating func anyCall() -> Int { random.chance(30) ? random.number(1...50) : random.number(12...40) }

    private mutating func anyError() -> Int32 { [EIO, ENOSPC, EDQUOT, EROFS][random.number(0...3)] }

    /// One life of the process, from its start to its end, and the restart.
    mutating func live(_ plan: FaultPlan, waves: Int, ending: Ending) async throws {
        tally.lives += 1
        disk.plan(plan)
        if let store = try start() { try await serve(store, waves: waves, ending: ending) }
        readers.watch(nil)
        disk.look { $0.observer = nil }
        try await allFilesAreClosed()
        calls = disk.look { $0.calls }
        tally.failures += disk.look { $0.failed.count }
        if disk.look({ $0.failed.contains("ftruncate") }) { mayHoldRefused = true }
        let isCut = disk.look { $0.isOff } && ending == .close ? random.chance(70) : ending == .cut
        if isCut {
            tally.cuts += 1
            mayHoldRefused = true
            mayBeTorn = mayBeTorn || disk.order == .none
        }
        disk.restart(isCut ? .machine : .process)
    }

    /// Opens the store and holds it to the model; nil when it could not be, for a reason that there is.
    private mutating func start() throws -> JournalStore? {
        let files = mayBeTorn ? disk.files : [:]
        let store: JournalStore
        do throws(StorageError) {
            store = try JournalStore.open(Self.folder, disk: disk, compaction: settings, clock: clock.now).store
        } catch .disk where disk.look({ $0.isOff || !$0.failed.isEmpty }) {
            return nil
        } catch .damaged(_, let flaw) where mayBeTorn {
            // Refused, for it may as well be rot. What an operator leaves of it is all that was acknowledged.
            tally.tornStarts += 1
            guard disk.files[flaw.file] == files[flaw.file] else { throw Broken("a refused start changed the file") }
            try repair()
            disk.goBack(flaw.file)
            disk.restart(.process)
            mayBeTorn = false
            return try start()
        } catch {
            throw Broken("the start failed: \(error)")
        }
        try model.adopt(store, mayHoldRefused: mayHoldRefused)
        (mayHoldRefused, mayBeTorn, mayBeStopped) = (false, false, false)
        return store
    }

    /// Saves what can be saved of a torn store, and finds there all that was acknowledged.
    private mutating func repair() throws {
        let target = "\(Self.folder)-\(tally.repairs)"
        let files = disk.files
        // What fails in this life is no matter of this.
        disk.plan(.none)
        _ = try JournalStore.repair(Self.folder, to: target, disk: disk, clock: clock.now)
        for (path, content) in files where !path.hasSuffix("/lock") && disk.files[path] != content {
            throw Broken("a repair changed \(path)")
        }
        let report = try JournalStore.verify(target, readOnly: true, disk: disk)
        guard report.findings.isEmpty else { throw Broken("of a repaired store verify finds \(report.findings)") }
        let store = try JournalStore.open(target, disk: disk, create: false, clock: clock.now).store
        try model.holdRepaired(store)
        tally.repairs += 1
    }

    private mutating func serve(_ store: JournalStore, waves: Int, ending: Ending) async throws {
        readers.watch(store)
        disk.look { [readers] in $0.observer = readers.look }
        for _ in 0..<waves {
            if random.chance(25), try await !compact(store) { return }
            let failures = disk.look { $0.failed.count }
            let batches = try await clients.wave(on: store, clock, state: model.state)
            let (isOff, failed) = disk.look { ($0.isOff, $0.failed) }
            var refusals = 0
            for batch in batches {
                refusals += try model.follow(batch, isEnd: isOff)
                tally.commits += batch.count
            }
            tally.refused += refusals
            if let objection = readers.objection() { throw Broken(objection) }
            try model.hold(store)
            if isOff { return }
            // A write that failed and was taken back stops nothing; a sync that failed stops all until the restart.
            let isStopped = mayBeStopped || failed.contains("fdatasync") || failed.contains("ftruncate")
            guard refusals == 0 || isStopped || failed.count > failures else {
                throw Broken("commits were refused though no call failed")
            }
            if random.chance(10) { await store.probe() }
        }
        try await lookBack(store)
        if ending == .close { await store.close() }
    }

    /// Takes the segments into a base, while nobody writes; false when the power is gone.
    private mutating func compact(_ store: JournalStore) async throws -> Bool {
        let failures = disk.look { $0.failed.count }
        do throws(StorageError) {
            _ = try await store.compact()
            tally.compactions += 1
        } catch {
            let (isOff, failed) = disk.look { ($0.isOff, $0.failed) }
            let isStopped = mayBeStopped || failed.contains("fdatasync") || failed.contains("ftruncate")
            guard isOff || failed.count > failures || isStopped else { throw Broken("no compaction: \(error)") }
            mayBeStopped = true
        }
        try model.hold(store)
        if random.chance(50) { try await lookBack(store) }
        return !disk.look { $0.isOff }
    }

    /// Reads old versions of one of the resources; a call that fails is an error to the reader.
    private mutating func lookBack(_ store: JournalStore) async throws {
        let key = clients.keys[random.number(0...(clients.keys.count - 1))]
        let newest = model.state.newest(key)
        let page = HistoryPage(from: random.number(0...(newest + 1)), versions: random.number(1...4))
        let failures = disk.look { $0.failed.count }
        var found: [(number: Int, stored: StoredVersion?)] = []
        do throws(StorageError) {
            let number = random.number(0...(newest + 1))
            found.append((number, try await store.version(number, of: key)))
            let versions = try await store.history(of: key, page)?.versions ?? []
            found += versions.map { ($0.version, $0) }
        } catch .disk where disk.look({ $0.isOff || $0.failed.count > failures }) {
            tally.looksThatFailed += 1
        } catch {
            throw Broken("no old version: \(error)")
        }
        for (number, stored) in found {
            let objection = model.state.objection(to: stored, as: number, of: key, kept: settings.history)
            if let objection { throw Broken(objection) }
            if number < newest, stored != nil { tally.oldVersions += 1 }
        }
    }

    /// The store, which nobody holds any more, lets go of its files as soon as its queue is through.
    private func allFilesAreClosed() async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while disk.look({ $0.open }) > 0 {
            guard ContinuousClock.now < deadline else { throw Broken("files were left open") }
            await Task.yield()
        }
    }

    /// What `store verify` says.
    func verify() throws {
        let report = try JournalStore.verify(Self.folder, readOnly: true, disk: disk)
        guard report.findings.isEmpty else { throw Broken("verify finds \(report.findings)") }
    }
}
