import Testing
import Transport

@testable import HTTP

@Suite struct AcceptEncodingTests {
    /// What the decoder makes of these field lines.
    private func choice(_ values: [String]) throws -> AcceptEncoding.Choice {
        var decoder = RequestDecoder(limits: Limits())
        let lines = values.map { "Accept-Encoding: \($0)\r\n" }.joined()
        decoder.buffer.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n".utf8).span)
        return try #require(try decoder.head()).accepts
    }

    @Test(
        arguments: [
            ("gzip", .gzip), ("GZip", .gzip), ("x-gzip", .gzip), ("gzip, deflate, br, zstd", .gzip), ("*", .gzip),
            ("deflate, gzip;q=1.0, *;q=0.5", .gzip), ("gzip;q=0.001", .gzip), ("gzip ; q=0.5", .gzip),
            ("gzip;\tQ=1", .gzip), (",, gzip ,", .gzip), ("gzip;q=1.", .gzip), ("gzip;q=0.5, identity;q=0.5", .gzip),
            ("identity;q=0.5, *", .gzip), ("br, *;q=0.1", .gzip),
            ("", .identity), ("identity", .identity), ("br", .identity), ("gzip;q=0", .identity),
            ("gzip;q=0.000", .identity), ("*;q=0.5, gzip;q=0", .identity), ("gzip;q=0.4, identity;q=0.5", .identity),
            ("gzip;q=0.4, *;q=0.5", .identity), ("gzip, gzip;q=0", .identity), ("deflate, br;q=0", .identity),
            ("xgzip", .identity), ("identity, *;q=0", .identity),
            ("gzip, identity;q=0", .onlyGzip), ("gzip;q=0.1, *;q=0", .onlyGzip), ("*, identity;q=0", .onlyGzip),
            ("identity;q=0", .nothing), ("*;q=0", .nothing), ("br, identity;q=0", .nothing),
            ("gzip;q=0, identity;q=0", .nothing), ("gzip;q=0, *;q=0.0", .nothing),
        ] as [(String, AcceptEncoding.Choice)])
    func qualitiesDecide(value: String, choice: AcceptEncoding.Choice) throws {
        #expect(try self.choice([value]) == choice)
    }

    @Test(arguments: [
        "gzip;q=2", "gzip;q=1.001", "gzip;q=0.0001", "gzip;q=.5", "gzip;q=-1", "gzip;q=", "gzip;q", "gzip;", "gzip;x=1",
        "gzip; q =1", "gzip;q= 1", "gzip;q=0.5;q=1", "gz ip", "gzip/1", ";q=1", "gzip br", "gzip, br;q=x",
        "gzip;q=\"1\"",
    ])
    func aFieldThatBreaksTheGrammarCountsAsNone(value: String) throws {
        #expect(try choice([value]) == .identity)
        #expect(try choice([value, "identity;q=0, *;q=0"]) == .identity)
    }

    @Test func severalLinesAreOneListAndNoneAsksForNothing() throws {
        #expect(try choice([]) == .identity)
        #expect(try choice(["br", "gzip"]) == .gzip)
        #expect(try choice(["identity;q=0", "gzip;q=0.5"]) == .onlyGzip)
    }
}
