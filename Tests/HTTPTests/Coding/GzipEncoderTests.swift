import Testing
import Transport

@testable import HTTP

@Suite struct GzipEncoderTests {
    /// Text that repeats itself about as much as JSON does.
    private func text(_ count: Int) -> [UInt8] {
        var seed: UInt32 = 1
        var bytes: [UInt8] = []
        while bytes.count < count {
            seed = seed &* 1_664_525 &+ 1_013_904_223
            bytes += Array(#"{"id":"\#(seed >> 20)","resourceType":"Patient"},"#.utf8)
        }
        return Array(bytes[..<count])
    }

    @Test(arguments: [0, 1, 255, 256, 1_023, 1_024, 4_095, 32_768, 32_769, 300_000, 3_000_000])
    func whatIsPackedUnpacksToTheSameBytes(count: Int) throws {
        let content = text(count)
        let packed = GzipEncoder.encode(content.span)
        let unpacked = try GzipDecoder.decode(packed.span, limit: count)
        #expect(unpacked.bytes == content)
        if count >= 1_024 { #expect(packed.count * 2 < count, "\(packed.count)") }
    }

    @Test func aStreamTellsNothingButTheContent() {
        let content = text(2_000)
        let packed = GzipEncoder.encode(content.span)
        // RFC 1952 §2.3: gzip, deflate, no flags, no time.
        #expect(Array(packed[..<8]) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
        #expect(GzipEncoder.encode(content.span) == packed)
    }
}
