import HTTP
import Testing
import WireCases

/// The decoder, and every row of the table that the raw sockets of the integration tests send too.
@Suite struct WireCaseTests {
    /// Ways to cut bytes in two that are tried for one row at most.
    private static let mostCuts = 400

    @Test(arguments: WireCase.all)
    func theDecoderComesToTheSameEndInAnySplit(row: WireCase) {
        let bytes = row.bytes + WireCase.put(storing: WireCase.followed).utf8
        let whole = Decoded([bytes])
        for cut in stride(from: 1, to: bytes.count, by: max(1, bytes.count / Self.mostCuts)) {
            #expect(Decoded([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
        }
        #expect(Decoded(bytes.map { [$0] }) == whole, "byte by byte")
    }

    @Test(arguments: WireCase.all)
    func whatIsRefusedIsRefusedByTheDecoderAndNothingElse(row: WireCase) {
        let decoded = Decoded([row.bytes + WireCase.put(storing: WireCase.followed).utf8])
        switch row.ending {
        case .refused:
            #expect(decoded.error?.status.code == row.statuses.last)
            #expect(decoded.requests.count == row.statuses.count - 1)
        case .open, .either:
            #expect(decoded.error == nil)
            #expect(decoded.requests.count == row.statuses.count + 1)
            #expect(decoded.requests.last?.hasPrefix("put /fhir/Patient/followed ") == true)
        case .closed:
            // Who closes is the connection: its tests and those of the whole program see that.
            break
        }
    }

    @Test func theTableIsLargeAndNoRowIsThereTwice() {
        #expect(WireCase.all.count > 400)
        #expect(Set(WireCase.all.map(\.description)).count == WireCase.all.count)
        #expect(WireCase.all.allSatisfy { !$0.section.isEmpty })
        let ids = [WireCase.first, WireCase.smuggled, WireCase.followed]
        #expect(Set(ids.map(\.utf8.count)).count == 1, "to put another id in their place moves nothing")
    }
}
