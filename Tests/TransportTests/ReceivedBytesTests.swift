import Testing
import Transport

@Suite struct ReceivedBytesTests {
    @Test func theyGrowByPiecesAndLoseTheirBeginning() {
        var received = ReceivedBytes()
        var expected: [UInt8] = []
        for size in [0, 1, 2, 300, 1, 70_000, 3] {
            let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 + size) }
            if size % 2 == 0 {
                received.append(piece.span)
            } else {
                received.append(ReceivedBytes(copying: piece.span))
            }
            expected += piece
            #expect(received.bytes == expected)
        }
        received.removeFirst(303)
        #expect(received.bytes == Array(expected.dropFirst(303)))
        received.removeFirst(received.bytes.count)
        #expect(received.bytes.isEmpty)
    }

    /// What an array held in common shows: the memory itself is zero.
    @Test func theyAreOverwrittenWhenTheyEndOutgrowOrDrop() {
        func held() -> ReceivedBytes { ReceivedBytes(copying: Array("secret".utf8).span) }
        let zeros = [UInt8](repeating: 0, count: 6)

        let ended = { held().bytes }()
        #expect(ended == zeros)

        var growing = held()
        let outgrown = growing.bytes
        growing.append([UInt8](repeating: 1, count: 100).span)
        #expect(outgrown == zeros)
        #expect(growing.bytes.starts(with: Array("secret".utf8)))

        var dropping = held()
        let before = dropping.bytes
        dropping.removeFirst(2)
        #expect(before == zeros)
        #expect(dropping.bytes == Array("cret".utf8))

        var replaced = held()
        let old = replaced.bytes
        replaced = ReceivedBytes()
        #expect(old == zeros)
        #expect(replaced.bytes.isEmpty)
    }
}
