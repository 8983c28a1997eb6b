import Synchronization
import Testing
import Transport

@testable import HTTP

@Suite struct CodingDeskTests {
    /// The order in which two tasks of one event loop come to their end: the first one packs or unpacks, the second one
    /// does nothing and begins later.
    private func order(_ work: @escaping @Sendable (CodingDesk) async throws -> Void) async throws -> [Int] {
        var limits = Limits()
        limits.body = 100_000_000
        let desk = CodingDesk(limits: limits)
        let loop = try EventLoop(label: "test")
        loop.start()
        let ended = Mutex<[Int]>([])
        let (ends, end) = AsyncStream<Int>.makeStream()
        loop.spawn {
            // On the loop's own thread: it cannot run the second one before this one waits.
            loop.spawn {
                ended.withLock { $0.append(2) }
                end.yield(2)
            }
            do { try await work(desk) } catch { Issue.record("\(error)") }
            ended.withLock { $0.append(1) }
            end.yield(1)
        }
        var count = 0
        for await _ in ends {
            count += 1
            if count == 2 { break }
        }
        loop.stop()
        return ended.withLock { $0 }
    }

    private static let content = [UInt8](repeating: 0x61, count: 20_000_000)

    @Test func muchIsPackedBesideTheLoop() async throws {
        let head = RequestHead(method: .get, target: RequestTarget(path: "/"), accepts: .gzip)
        func isCodedInPlace(_ count: Int) -> Bool {
            var response = Response(.ok, content: [UInt8](repeating: 0x61, count: count), type: "text/plain")
            return response.code(for: head, by: CodingDesk(limits: Limits()))
        }
        #expect(isCodedInPlace(CodingDesk.most))
        #expect(!isCodedInPlace(CodingDesk.most + 1))
        #expect(try await order { _ = await $0.pack(Self.content) } == [2, 1])
    }

    @Test func muchIsUnpackedBesideTheLoop() async throws {
        let little = GzipEncoder.encode([UInt8](repeating: 0x61, count: 1_000).span)
        #expect(try await order { _ = try await $0.unpack(ReceivedBytes(copying: little.span)) } == [1, 2])
        let much = GzipEncoder.encode(Self.content.span)
        #expect(try await order { _ = try await $0.unpack(ReceivedBytes(copying: much.span)) } == [2, 1])
    }

    @Test func whatIsUnpackedBesideTheLoopIsTheContentOrTheErrorAllTheSame() async throws {
        let desk = CodingDesk(limits: Limits())
        var seed: UInt32 = 1
        let text = (0..<20_000).map { _ in
            seed = seed &* 1_664_525 &+ 1_013_904_223
            return UInt8(seed >> 24)
        }
        let packed = GzipEncoder.encode(text.span)
        #expect(packed.count > 4_096)
        let content = try await desk.unpack(ReceivedBytes(copying: packed.span))
        #expect(content.bytes == text)
        await #expect(throws: HTTPError.contentTooLarge(limit: 2_097_152)) {
            _ = try await desk.unpack(ReceivedBytes(copying: GzipEncoder.encode(Self.content.span).span))
        }
    }
}
