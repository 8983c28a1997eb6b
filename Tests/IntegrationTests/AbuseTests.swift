import Foundation
import Testing

/// Clients that are slow, silent or half gone, and a good one beside them.
@Suite(.serialized) struct AbuseTests {
    private static let arguments = [
        "--store", "memory:", "--ops-port", "0", "--header-timeout", "2s", "--body-timeout", "2s", "--write-timeout",
        "2s", "--idle-timeout", "3s", "--linger-timeout", "1s",
    ]

    private func ops(_ site: Site) throws -> HTTPClient { HTTPClient(port: try #require(site.server.opsPort)) }

    /// 300 slow senders, 300 slow readers, 300 half-open and 300 idle connections; each that the server ends comes
    /// again.
    @Test func aGoodClientIsServedBesideTwelveHundredBadOnes() throws {
        raiseOwnDescriptorLimit()
        let site = try Site.withClient(arguments: Self.arguments)
        let ops = try ops(site)
        // What the first abuse makes the server set up once is no leak.
        let before = (descriptors: site.server.openDescriptors, threads: site.server.threads)
        report("good client alone: \(try Timing(500, site.mustServe))")
        var memory: [Int] = []
        for round in 1...3 {
            let crowd = Crowd(
                port: site.server.port, reopens: true,
                [
                    .slowHeader: 100, .slowBody: 100, .slowChunks: 100, .slowReader: 300, .silent: 150,
                    .halfClosed: 150, .idle: 300,
                ])
            #expect(eventually { crowd.opened == 1_200 })
            let timing = try Timing(500, site.mustServe)
            let open = try ops.metrics()["keyward_connections"] ?? 0
            let peak = site.server.residentKiB
            report("good client in crowd \(round): \(timing); \(open) connections, \(peak) KiB")
            #expect(timing.percentile(0.95) < .milliseconds(50) * Sanitizer.patience, "\(timing)")
            #expect(open > 900, "the abuse was over before it was measured")
            #expect(crowd.end())
            #expect(
                eventually(within: .seconds(15)) {
                    site.server.openDescriptors <= before.descriptors + 2 && site.server.threads <= before.threads
                }, "\(site.server.openDescriptors) descriptors, \(site.server.threads) threads; before: \(before)")
            memory.append(site.server.residentKiB)
        }
        report("memory after each crowd, in KiB: \(memory)")
        #expect(Sanitizer.isOn || memory[2] - memory[0] < 16_384)
        #expect(site.server.logLines.allSatisfy { $0.level != "error" })
    }

    /// Nobody stays for longer than the time-outs, whatever they do.
    @Test func everyMannerOfAbuseIsEndedByTheServer() throws {
        raiseOwnDescriptorLimit()
        let site = try Site.withClient(arguments: Self.arguments)
        let manners: [Manner] = [.slowHeader, .slowBody, .slowChunks, .slowReader, .silent, .halfClosed, .idle]
        let crowd = Crowd(
            port: site.server.port, reopens: false,
            [
                .slowHeader: 20, .slowBody: 20, .slowChunks: 20, .slowReader: 20, .silent: 20, .halfClosed: 20,
                .idle: 20,
            ])
        for manner in manners {
            #expect(eventually(within: .seconds(15)) { crowd.ended(manner) == 20 }, "\(manner.name)")
        }
        #expect(crowd.end())
        #expect(try eventually { try ops(site).metrics()["keyward_connections"] == 0 })
        #expect(try site.http.get("/fhir/Patient/slow", Site.basic).status == 404)
    }
}
