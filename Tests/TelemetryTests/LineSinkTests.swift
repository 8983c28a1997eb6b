import Dispatch
import Foundation
import Synchronization
import Telemetry
import Testing

@Suite struct LineSinkTests {
    func sink(_ pipe: Pipe, capacity: Int = LineSink.defaultCapacity) -> LineSink {
        LineSink(descriptor: pipe.fileHandleForWriting.fileDescriptor, capacity: capacity) {
            Array("lost \($0)\n".utf8)
        }
    }

    func lines(of pipe: Pipe) throws -> [String] {
        try pipe.fileHandleForWriting.close()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Reads a pipe to its end on a thread of its own, since a blocked flush may hold every thread of the task pool.
    final class Reader: Sendable {
        private let read = Mutex(Data())
        private let isDone = DispatchSemaphore(value: 0)

        init(_ pipe: Pipe) {
            Thread {
                let bytes = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
                self.read.withLock { $0 = bytes }
                self.isDone.signal()
            }.start()
        }

        /// The lines read, once the writing end is closed.
        func lines() -> [String] {
            isDone.wait()
            return read.withLock { String(decoding: $0, as: UTF8.self) }.split(separator: "\n").map(String.init)
        }
    }

    @Test func linesArriveWholeAndInOrder() throws {
        let pipe = Pipe()
        let sink = sink(pipe)
        for number in 0..<1_000 { sink.write { Array("line \(number)\n".utf8) } }
        #expect(sink.flush())
        #expect(try lines(of: pipe) == (0..<1_000).map { "line \($0)" })
        #expect(sink.lost == 0)
    }

    @Test func aReaderThatStopsCostsLinesButNeverTheCallersTime() throws {
        let pipe = Pipe()
        let sink = sink(pipe, capacity: 100)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 999) + [UInt8(ascii: "\n")]
        // The pipe takes 64 KiB, two buffers 100 lines each: most of these cannot be kept, and none may wait.
        for _ in 0..<1_000 { sink.write { line } }
        #expect(sink.lost >= 700)
        #expect(!sink.flush(within: .milliseconds(10)))

        let reader = Reader(pipe)
        #expect(sink.flush(within: .seconds(30)))
        try pipe.fileHandleForWriting.close()
        let read = reader.lines()
        let reports = read.filter { $0.hasPrefix("lost ") }.compactMap { UInt64($0.dropFirst(5)) }
        #expect(reports.reduce(0, +) == sink.lost)
        #expect(UInt64(read.count - reports.count) + sink.lost == 1_000)
        #expect(read.allSatisfy { $0.hasPrefix("lost ") || $0.utf8.count == 999 })
    }

    @Test func aNonBlockingDescriptorLosesNothing() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        let sink = sink(pipe, capacity: 20_000)
        for number in 0..<20_000 { sink.write { Array("a line of some length, number \(number)\n".utf8) } }
        let reader = Reader(pipe)
        #expect(sink.flush(within: .seconds(30)))
        try pipe.fileHandleForWriting.close()
        let read = reader.lines()
        #expect(read.count == 20_000 && sink.lost == 0)
        #expect(read.last == "a line of some length, number 19999")
    }

    @Test func aLineBeyondTheCapacityIsReportedEvenWhenNothingElseIsWritten() throws {
        let pipe = Pipe()
        let sink = sink(pipe, capacity: 0)
        sink.write { Array("too many\n".utf8) }
        #expect(sink.flush())
        #expect(try lines(of: pipe) == ["lost 1"])
    }

    /// A log line's length is nothing that a client could measure.
    @Test func aLineIsMadeOnTheSinksOwnQueueInTheOrderOfTheCalls() throws {
        let pipe = Pipe()
        let sink = sink(pipe)
        let mayMake = DispatchSemaphore(value: 0)
        sink.write {
            mayMake.wait()
            return Array("first\n".utf8)
        }
        sink.write { Array("second\n".utf8) }
        mayMake.signal()
        #expect(sink.flush())
        #expect(try lines(of: pipe) == ["first", "second"])
    }

    @Test func aDescriptorThatRefusesIsIgnored() throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let sink = LineSink(descriptor: full.fileDescriptor) { _ in [] }
        sink.write { Array("nowhere\n".utf8) }
        #expect(sink.flush())
    }
}
