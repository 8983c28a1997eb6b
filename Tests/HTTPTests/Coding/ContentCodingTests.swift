import Testing
import Transport

@testable import HTTP

@Suite struct ContentCodingTests {
    private func coding(_ values: [String]) throws -> ContentCoding {
        var decoder = RequestDecoder(limits: Limits())
        let lines = values.map { "Content-Encoding: \($0)\r\n" }.joined()
        decoder.buffer.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n".utf8).span)
        return try #require(try decoder.head()).coding
    }

    @Test(
        arguments: [
            ("gzip", .gzip), ("GZIP", .gzip), ("x-gzip", .gzip), ("gzip,", .gzip), (" , gzip", .gzip),
            ("identity, gzip", .gzip), ("", .identity), ("identity", .identity), ("Identity,,identity", .identity),
            ("br", .unsupported), ("deflate", .unsupported), ("compress", .unsupported), ("gzip, gzip", .unsupported),
            ("gzip, br", .unsupported), ("br, gzip", .unsupported), ("gzip;q=1", .unsupported), ("*", .unsupported),
            ("xgzip", .unsupported), ("gzip gzip", .unsupported), ("\"gzip\"", .unsupported),
        ] as [(String, ContentCoding)])
    func gzipOnceIsUnderstoodAndNothingElse(value: String, coding: ContentCoding) throws {
        #expect(try self.coding([value]) == coding)
    }

    @Test func severalLinesAreOneList() throws {
        #expect(try coding([]) == .identity)
        #expect(try coding(["identity", "gzip"]) == .gzip)
        #expect(try coding(["gzip", "gzip"]) == .unsupported)
        #expect(try coding(["gzip", "br"]) == .unsupported)
    }
}
