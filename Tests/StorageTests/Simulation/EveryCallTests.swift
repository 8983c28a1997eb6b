import Glibc
import Testing

@testable import Storage

/// One small scenario after the other, in which each call to the disk in its turn is the last one, or fails.
@Suite struct EveryCallTests {
    /// A scenario: the store is made and filled, its process is killed in the middle of a commit, and it goes on.
    private struct Scenario {
        let seed: UInt64
        let order: WriteOrder

        /// Runs it with this plan for the life that goes on, then closes, opens and cuts once more.
        ///
        /// - Returns: calls of that life; 0 when something was proved wrong.
        func calls(_ plan: FaultPlan, _ ending: Simulation.Ending, _ note: String) async throws -> Int {
            var calls = 0
            let isSound = try await SimulationTests.holds(seed, order, note) { simulation in
                // Of every fourth scenario the life that goes on is the first.
                if seed % 4 > 0 {
                    let before = FaultPlan(end: 20 + Int(seed % 7))
                    try await simulation.live(before, waves: 8, ending: .kill)
                }
                try await simulation.live(plan, waves: 3, ending: ending)
                calls = simulation.calls
                try await simulation.live(.none, waves: 1, ending: .close)
                try await simulation.live(.none, waves: 0, ending: .cut)
                try await simulation.live(.none, waves: 0, ending: .close)
                try simulation.verify()
            }
            return isSound ? calls : 0
        }
    }

    @Test(arguments: WriteOrder.allCases)
    func aPowerCutOrAKillAtAnyCallLosesNothing(_ order: WriteOrder) async throws {
        for seed in SimulationTests.seeds(SimulationTests.isSoak ? 200 : 4) {
            let scenario = Scenario(seed: seed, order: order)
            let calls = try await scenario.calls(.none, .close, "without a fault")
            #expect(calls >= 12 || SimulationTests.seed != nil)
            for call in 1...max(calls, 1) {
                for ending in [Simulation.Ending.kill, .cut] {
                    _ = try await scenario.calls(FaultPlan(end: call), ending, "\(ending) at call \(call)")
                }
            }
        }
    }

    @Test func anyCallMayFailOnce() async throws {
        let codes = [EIO, ENOSPC, EDQUOT, EROFS]
        for seed in SimulationTests.seeds(SimulationTests.isSoak ? 200 : 8) {
            let scenario = Scenario(seed: seed, order: .kept)
            let calls = try await scenario.calls(.none, .close, "without a fault")
            for call in 1...max(calls, 1) {
                let code = codes[(Int(seed) + call) % codes.count]
                for ending in [Simulation.Ending.close, .cut] {
                    let plan = FaultPlan(failures: [call: code])
                    _ = try await scenario.calls(plan, ending, "call \(call) fails with \(code), \(ending)")
                }
            }
        }
    }
}
