import FHIR
import Testing

@testable import Storage

/// Simulated clients of a store: what they wish for follows from a seed, and in which batches it arrives too.
struct Clients {
    typealias Answer = (wishes: [Wish], result: Result<[Committed], StorageError>)

    let keys: [ResourceKey]
    private let nobody: ResourceKey
    private var random: SplitMix64
    private var families = 0

    init(seed: UInt64) throws {
        keys = try ["Patient/a", "Patient/b", "Patient/c", "Observation/a", "Observation/b"].map { try key($0) }
        nobody = try key("Basic/nobody")
        random = SplitMix64(seed: seed)
    }

    /// Commits of 1 to 8 writers at once, and their answers by batch.
    ///
    /// The store's queue is held at the clock until all of them wait, so that one seed always makes the same batches:
    /// the first writer and all others, or all of them.
    mutating func wave(
        on store: JournalStore, _ clock: SimulatedClock, state: ModelState
    ) async throws -> [[Answer]] {
        var scratch = state
        let commits = try (0..<(random.chance(40) ? 1 : random.number(2...8))).map { _ in
            let wishes = try wishes(&scratch)
            _ = scratch.commit(wishes)
            return wishes
        }
        let isOneBatch = random.chance(70)
        if commits.count == 1 { return [[await Self.answer(commits[0], on: store)]] }
        clock.hold()
        let opening = isOneBatch ? [] : commits[..<1]
        let nothing = Change.delete(nobody)
        let opener = Task {
            if let wishes = opening.first { return [await Self.answer(wishes, on: store)] }
            _ = try? await store.commit(nothing)
            return []
        }
        await clock.isReached()
        var tasks: [Task<Answer, Never>] = []
        for wishes in commits[opening.count...] {
            tasks.append(Task { await Self.answer(wishes, on: store) })
            while store.waitingCommits < tasks.count { await Task.yield() }
        }
        clock.release()
        var answers = [await opener.value, []]
        for task in tasks { answers[1].append(await task.value) }
        return answers
    }

    private static func answer(_ wishes: [Wish], on store: JournalStore) async -> Answer {
        do throws(StorageError) {
            return (wishes, .success(try await store.commit(wishes.map(\.change))))
        } catch {
            return (wishes, .failure(error))
        }
    }

    private mutating func wishes(_ state: inout ModelState) throws -> [Wish] {
        try (0..<(random.chance(70) ? 1 : random.number(2...4))).map { _ in
            let key = keys[random.number(0...(keys.count - 1))]
            return try Wish(key, family: random.chance(20) ? nil : family(), if: condition(of: key, in: state))
        }
    }

    /// Another one each time, mostly short, now and then of several sectors or pages.
    private mutating func family() -> String {
        families += 1
        let length =
            switch random.number(0...99) {
            case 0..<5: random.number(0...6_000)
            case 5..<20: random.number(0...600)
            default: random.number(0...20)
            }
        return "f\(families)" + String(repeating: "x", count: length)
    }

    private mutating func condition(of key: ResourceKey, in state: ModelState) -> Wish.Condition {
        switch random.number(0...9) {
        case 0: .absent
        case 1: .version(state.live(key) ?? 1)
        case 2: .version(random.number(1...4))
        case 3: .noneOf(family: "f0")
        case 4: .noneOf(family: state.versions[key]?.wish.family ?? "f0")
        default: .none
        }
    }
}
