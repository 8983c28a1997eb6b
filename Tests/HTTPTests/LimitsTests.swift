import HTTP
import Testing

/// Limits of chunked content that `RequestDecoderTests` does not reach: exactly at each of them, and one beyond.
@Suite struct LimitsTests {
    private func status(_ chunks: String, _ adjust: (inout Limits) -> Void) -> Int? {
        var limits = Limits()
        adjust(&limits)
        let text = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)"
        let whole = Decoded(text, limits: limits)
        for pieces in splits(Array(text.utf8)) {
            #expect(Decoded(pieces, limits: limits) == whole)
        }
        #expect((whole.error == nil) == (whole.requests.count == 1))
        return whole.error?.status.code
    }

    @Test func theTrailerHasALimitOfItsOwnWhichItsLinesMakeUpTogether() {
        // 8 bytes a line, with its end.
        let trailer = "0\r\nA: 123\r\nB: 456\r\n\r\n"
        #expect(status(trailer) { $0.trailer = 16 } == nil)
        #expect(status(trailer) { $0.trailer = 15 } == 431)
        #expect(status(trailer) { ($0.trailer, $0.header) = (16, 80) } == nil)
        #expect(status("0\r\n\r\n") { $0.trailer = 1 } == nil)
    }

    @Test func theTrailerHasAsManyFieldsAsAHeaderMayHave() {
        #expect(status("0\r\nA: 1\r\nB: 2\r\n\r\n") { $0.fields = 2 } == nil)
        #expect(status("0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n") { $0.fields = 2 } == 431)
    }

    @Test func theExtensionsOfAllChunksCountTogether() {
        let chunks = "1;abc\r\na\r\n1;defg\r\nb\r\n0;h\r\n\r\n"
        #expect(status(chunks) { $0.chunkExtension = 11 } == nil)
        #expect(status(chunks) { $0.chunkExtension = 10 } == 400)
    }
}
