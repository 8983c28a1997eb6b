import Foundation
import Testing
import WireCases

/// Every row of the table of malformed and smuggling requests, sent to the program on a raw socket.
@Suite struct SmugglingTests {
    enum Way: Int, CaseIterable {
        case inOnePiece, byteByByte, lineByLine

        func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
            switch self {
            case .inOnePiece: [bytes]
            case .byteByByte: bytes.map { [$0] }
            case .lineByLine:
                bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map { $0 + [0x0a] }.dropLast()
                    + [Array(bytes[((bytes.lastIndex(of: 0x0a) ?? -1) + 1)...])]
            }
        }
    }

    @Test(arguments: Way.allCases)
    func everyRequestComesToItsEndAndNothingBehindABadOneIsExecuted(way: Way) throws {
        let site = try Site.withClient(arguments: ["--store", "memory:"])
        #expect(WireCase.authorization == RawRequest.authorization)
        let (port, workers) = (site.server.port, 8)
        let faults = try inParallel(workers) { worker in
            let http = HTTPClient(port: port)
            return try WireCase.all.indices.filter { $0 % workers == worker }.flatMap { index in
                let row = WireCase.all[index]
                do {
                    return try Self.faults(of: row, "\(1_000 + index)-\(way.rawValue)", way, http).map {
                        "\(row): \($0)"
                    }
                } catch let gone as Wire.Gone {
                    return ["\(row): \(gone.reason)"]
                } catch let fault as HarnessFault {
                    return ["\(row): \(fault)"]
                }
            }
        }
        for fault in faults.joined() { Issue.record("\(fault)") }
    }

    /// What came otherwise than the table says. `tag` tells this sending from all others.
    private static func faults(of row: WireCase, _ tag: String, _ way: Way, _ http: HTTPClient) throws -> [String] {
        func named(_ text: String) -> String {
            text.replacingOccurrences(of: WireCase.first, with: "f-\(tag)")
                .replacingOccurrences(of: WireCase.smuggled, with: "s-\(tag)")
                .replacingOccurrences(of: WireCase.followed, with: "n-\(tag)")
        }
        let wire = try Wire(port: http.port, waitingAtMost: .seconds(10))
        do {
            let bytes = Array((named(row.text) + named(WireCase.put(storing: WireCase.followed))).utf8)
            for piece in way.pieces(bytes) { try wire.send(piece) }
        } catch is Wire.Gone {
            // Who is refused halfway need not be listened to; what it was told is read all the same.
        }
        var faults: [String] = []
        var goesOn = true
        for status in row.statuses {
            let answer = try Self.answer(from: wire, toHead: row.isHead)
            if answer.status != status { faults.append("\(answer.status) and not \(status): \(answer)") }
            if answer["Date"] == nil || answer["X-Request-Id"] == nil { faults.append("no Date or id: \(answer.head)") }
            if answer.status == 405, answer["Allow"] == nil { faults.append("no Allow: \(answer.head)") }
            goesOn = answer["Connection"]?.lowercased() != "close"
        }
        if row.ending != .either, goesOn != (row.ending == .open) { faults.append("goes on: \(goesOn)") }
        if goesOn {
            let next = try Self.answer(from: wire, toHead: false)
            if next.status != 201 { faults.append("what follows is answered by \(next)") }
        } else {
            let rest = try wire.receiveToEnd()
            if !rest.isEmpty { faults.append("more came: \(rest)") }
        }
        for (id, isThere) in [
            (WireCase.first, row.statuses.contains(201)), (WireCase.smuggled, false), (WireCase.followed, goesOn),
        ] where try http.get("/fhir/Patient/\(named(id))", Site.basic).status != (isThere ? 200 : 404) {
            faults.append("\(id) is there: \(!isThere)")
        }
        return faults
    }

    private static func answer(from wire: Wire, toHead: Bool) throws -> Answer {
        while true {
            let answer = try Answer(from: wire, toHead: toHead)
            if answer.status != 100 { return answer }
        }
    }
}
