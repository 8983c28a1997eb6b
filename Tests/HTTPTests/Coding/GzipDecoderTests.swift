import Testing
import Transport

@testable import HTTP

@Suite struct GzipDecoderTests {
    /// The content as text, or the error, of a stream that comes in these pieces.
    private func decoded(_ pieces: [[UInt8]], limit: Int = 1_000) -> Result<String, HTTPError> {
        var decoder = GzipDecoder(limit: limit)
        do throws(HTTPError) {
            for piece in pieces { try decoder.decode(piece.span) }
            let content = try decoder.finish()
            return .success(String(decoding: content.bytes, as: UTF8.self))
        } catch {
            return .failure(error)
        }
    }

    private func status(_ stream: [UInt8], limit: Int = 1_000) -> Int {
        switch decoded([stream], limit: limit) {
        case .success: 200
        case .failure(let error): error.status.code
        }
    }

    @Test(arguments: [0, 4, 8, 16, 28] as [UInt8])
    func aStreamGivesItsContentInWhateverPiecesItComes(flags: UInt8) {
        for text in ["", "x", #"{"resourceType":"Patient"}"#] {
            let stream = StoredGzip.stream(text, flags: flags)
            #expect(decoded([stream]) == .success(text))
            for pieces in splits(stream) { #expect(decoded(pieces) == .success(text)) }
        }
    }

    @Test func aStreamThatIsCutAnywhereIsRefused() {
        for stream in [StoredGzip.stream("some content", flags: 28), GzipEncoder.encode(Array("content".utf8).span)] {
            for count in 0..<stream.count {
                let cut = decoded([Array(stream[..<count])])
                #expect(cut == .failure(.malformed("The content ends before its gzip stream does; send all of it.")))
            }
        }
    }

    @Test func whateverFollowsTheStreamIsRefusedASecondStreamToo() {
        let stream = StoredGzip.stream("one")
        for more in [[0], [10], StoredGzip.stream(""), StoredGzip.stream("two")] {
            #expect(status(stream + more) == 400)
            for pieces in [[stream, more], splits(stream + more)[stream.count], (stream + more).map { [$0] }] {
                guard case .failure(let error) = decoded(pieces) else {
                    Issue.record("\(more) was taken")
                    continue
                }
                #expect(error.explanation.contains("follows the gzip stream"))
            }
        }
        // No bytes are nothing.
        #expect(decoded([[], stream, []]) == .success("one"))
    }

    @Test func aBitChangedAnywhereIsRefusedOrSaysNothingOfTheContent() {
        let text = "content, content, content"
        let stream = GzipEncoder.encode(Array(text.utf8).span)
        var taken: [Int] = []
        for bit in 0..<(stream.count * 8) {
            var changed = stream
            changed[bit / 8] ^= 1 << (bit % 8)
            guard case .success(let content) = decoded([changed]) else { continue }
            #expect(content == text, "bit \(bit)")
            taken.append(bit / 8)
        }
        // The flag that it is text, the time, the compressor's diligence and the system's name; what fills up the last
        // byte before the trailer. No byte of the trailer.
        #expect(Set(taken).subtracting([stream.count - 9]) == [3, 4, 5, 6, 7, 8, 9])
    }

    @Test(
        arguments: [
            // A bare deflate stream, zlib's own format, JSON, another magic number.
            [0x03, 0x00], [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01], Array("{}".utf8), Array("BZh91AY".utf8),
        ] as [[UInt8]])
    func whatIsNotGzipIsRefused(bytes: [UInt8]) {
        #expect(status(bytes) == 400)
    }

    @Test func theLimitIsOneOfUnpackedBytesOnBothSidesOfTheEdge() {
        for count in [9, 10, 11, 65_535, 65_536, 65_537, 200_000] {
            let stream = GzipEncoder.encode([UInt8](repeating: 0x61, count: count).span)
            #expect(status(stream, limit: count) == 200)
            #expect(status(stream, limit: count - 1) == 413)
            #expect(decoded(stream.map { [$0] }, limit: count) == .success(String(repeating: "a", count: count)))
        }
        #expect(status(GzipEncoder.encode([UInt8]().span), limit: 0) == 200)
    }

    /// 64 MiB of zeros in 64 KiB: the decoder stops long before it has read all of them.
    @Test func aBombStopsAtTheLimit() {
        let bomb = GzipEncoder.encode([UInt8](repeating: 0, count: 67_108_864).span)
        #expect(bomb.count < 400_000)
        #expect(decoded([bomb], limit: 10_000) == .failure(.contentTooLarge(limit: 10_000)))
        // What is not gzip behind the limit was never looked at.
        #expect(decoded([Array(bomb[..<1_000])], limit: 10_000) == .failure(.contentTooLarge(limit: 10_000)))
    }
}
