import Foundation
import Testing

@testable import Storage

/// The store through power cuts, kills and failing calls, a few thousand seeds of them (`make soak`: minutes).
///
/// `KEYWARD_SEED=n` runs that seed alone.
@Suite struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment
    static let seed = environment["KEYWARD_SEED"].flatMap { UInt64($0) }
    static let isSoak = environment["KEYWARD_SOAK"] == "1"

    static func seeds(_ count: UInt64) -> Range<UInt64> { seed.map { $0..<($0 + 1) } ?? 0..<count }

    /// Runs `body` on a new simulation; false when it proved something wrong, which is then recorded.
    static func holds(
        _ seed: UInt64, _ order: WriteOrder, _ note: String = "",
        _ body: (inout Simulation) async throws -> Void
    ) async throws -> Bool {
        var simulation = try Simulation(seed: seed, order: order)
        do {
            try await body(&simulation)
            return true
        } catch {
            let trace = simulation.disk.look { $0.trace.joined(separator: "\n") }
            Issue.record("KEYWARD_SEED=\(seed), order \(order) \(note): \(error)\n\(trace)")
            return false
        }
    }

    @Test(arguments: WriteOrder.allCases)
    func nothingAcknowledgedIsEverLost(_ order: WriteOrder) async throws {
        var total = Simulation.Tally()
        var (seed, broken) = (Self.seed ?? 0, 0)
        let deadline = ContinuousClock.now + .seconds(240)
        repeat {
            let isSound = try await Self.holds(seed, order) { simulation in
                try await simulation.run()
                total.add(simulation.tally)
            }
            broken += isSound ? 0 : 1
            seed += 1
        } while Self.seed == nil && broken < 10 && (seed < 1_000 || Self.isSoak && ContinuousClock.now < deadline)
        guard Self.seed == nil, broken == 0 else { return }
        // It is no proof unless all of this did happen.
        #expect(total.compactions > 500)
        #expect(total.oldVersions > 1_000 && total.looksThatFailed > 50)
        #expect(total.cuts > 1_000 && total.commits > 10_000 && total.refused > 1_000 && total.failures > 400)
        // Only what a disk writes out of order may look like damage.
        #expect((total.tornStarts > 0) == (order == .none))
        #expect(total.repairs == total.tornStarts)
        if Self.isSoak { FileHandle.standardError.write(Data("\(order): \(seed) seeds, \(total)\n".utf8)) }
    }
}

extension SimulationTests {
    @Test func oneSeedIsOneRun() async throws {
        for seed in Self.seeds(20) {
            var traces: [[String]] = []
            for _ in 0..<2 {
                var simulation = try Simulation(seed: seed, order: .none)
                try await simulation.run()
                traces.append(simulation.disk.look { $0.trace } + simulation.disk.files.keys.sorted())
            }
            #expect(traces[0] == traces[1], "KEYWARD_SEED=\(seed)")
        }
    }
}

extension Simulation.Tally {
    mutating func add(_ other: Simulation.Tally) {
        lives += other.lives
        cuts += other.cuts
        commits += other.commits
        refused += other.refused
        failures += other.failures
        compactions += other.compactions
        oldVersions += other.oldVersions
        looksThatFailed += other.looksThatFailed
        tornStarts += other.tornStarts
        repairs += other.repairs
    }
}
