import Testing

@testable import Transport

/// A gate whose visitors leave with the test, since a gate must not end before they have.
final class ConnectionGateTests {
    private var gate = ConnectionGate(limit: 2, limitByAddress: nil)
    private var inside: [Address] = []

    deinit { inside.forEach(gate.leave) }

    private func enters(_ address: UInt32, _ port: UInt16) -> Bool {
        let peer = Address(ipv4: address, port: port)
        guard gate.enter(peer) == nil else { return false }
        inside.append(peer)
        return true
    }

    private func leave(_ address: UInt32, _ port: UInt16) throws {
        let peer = Address(ipv4: address, port: port)
        inside.remove(at: try #require(inside.firstIndex(of: peer)))
        gate.leave(peer)
    }

    @Test func noMoreAreOpenThanAllowedInAll() throws {
        #expect(enters(1, 1))
        #expect(enters(1, 2))
        #expect(!enters(2, 3))
        #expect(gate.count == 2)
        try leave(1, 1)
        #expect(enters(2, 3))
        #expect(gate.count == 2)
    }

    @Test func oneAddressWithManyPortsIsOneAndLeavesRoomForOthers() throws {
        gate = ConnectionGate(limit: 10, limitByAddress: 2)
        #expect(enters(1, 1))
        #expect(enters(1, 2))
        #expect(!enters(1, 3))
        #expect(enters(2, 3))
        #expect(gate.count == 3)
        try leave(1, 2)
        #expect(enters(1, 4))
        #expect(!enters(1, 5))
    }

    @Test func whoIsRefusedHearsAtWhichLimit() throws {
        gate = ConnectionGate(limit: 2, limitByAddress: 1)
        #expect(enters(1, 1))
        let (same, other) = (Address(ipv4: 1, port: 2), Address(ipv4: 3, port: 3))
        guard case .fullForAddress(same) = gate.enter(same) else {
            Issue.record("not refused for its address")
            return
        }
        #expect(enters(2, 1))
        guard case .full = gate.enter(other) else {
            Issue.record("not refused")
            return
        }
    }

    @Test func whoIsLeftWhenTheTimeIsOverIsCounted() throws {
        #expect(gate.waitUntilEmpty(.zero) == 0)
        #expect(enters(1, 1))
        #expect(gate.waitUntilEmpty(.zero) == 1)
        try leave(1, 1)
        #expect(gate.waitUntilEmpty(.seconds(10)) == 0)
    }
}
