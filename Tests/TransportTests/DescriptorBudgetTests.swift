import Testing
import Transport

@Suite struct DescriptorBudgetTests {
    @Test func someDescriptorsAreKeptFreeOfConnections() {
        let budget = DescriptorBudget(limit: 20_000, loops: 2)
        #expect(budget.reserve == 72 && budget.connections == 19_928)
        #expect(DescriptorBudget(limit: 20_000, loops: 10).connections == 19_896)
    }

    @Test(arguments: [(100, 50), (3, 2), (1, 1), (0, 1)])
    func whereThereAreFewHalfOfThemAreForConnections(limit: UInt64, connections: Int) {
        #expect(DescriptorBudget(limit: limit, loops: 2).connections == connections)
    }

    @Test func noLimitLeavesRoomForAnyNumber() {
        #expect(DescriptorBudget(limit: .max, loops: 2).connections > 1_000_000_000)
    }
}
