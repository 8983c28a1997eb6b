import Dispatch
import Glibc
import Synchronization

/// Takes lines from any thread without ever blocking it, and writes them to a file descriptor on a queue of its own.
/// There they are made, too: how long that takes is no time of the caller, nor of a client that could measure it.
///
/// At most `capacity` lines wait, and as many again are being written; a line beyond that is dropped and counted, and
/// once there is room a line says how many were lost. A descriptor that refuses (closed pipe, full disk) loses
/// its lines quietly: a log must not stop the server. The process has to ignore SIGPIPE.
package final class LineSink: Sendable {
    /// Lines that may wait by default: about 10 MB of them.
    package static let defaultCapacity = 16_384

    /// How long the first line waits for company: many lines share one wake-up and one write, and what it takes to
    /// make a line falls together with no response that a client could measure.
    private static let delay = DispatchTimeInterval.milliseconds(1)

    private struct Waiting {
        var lines: [@Sendable () -> [UInt8]] = []
        /// Lines dropped since the last report of a loss.
        var lost = 0
        /// Whether a turn of the queue is under way that will see what is appended.
        var isBeingWritten = false
    }

    private let descriptor: CInt
    private let capacity: Int
    private let lossReport: @Sendable (Int) -> [UInt8]
    private let waiting = Mutex(Waiting())
    private let losses = Atomic<UInt64>(0)
    private let queue: DispatchQueue

    /// The descriptor stays its owner's and has to outlive the sink. `lossReport` makes the line that tells a loss.
    package init(
        descriptor: CInt, capacity: Int = LineSink.defaultCapacity,
        lossReport: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.descriptor = descriptor
        self.capacity = capacity
        self.lossReport = lossReport
        self.queue = DispatchQueue(label: "keyward.lines.\(descriptor)")
    }

    /// Lines dropped since the start.
    package var lost: UInt64 { losses.load(ordering: .relaxed) }

    /// Hands over what makes one line, its newline included, and returns at once.
    package func write(_ line: @escaping @Sendable () -> [UInt8]) {
        let mustStart = waiting.withLock { waiting in
            if waiting.lines.count < capacity {
                waiting.lines.append(line)
            } else {
                waiting.lost += 1
                losses.wrappingAdd(1, ordering: .relaxed)
            }
            defer { waiting.isBeingWritten = true }
            return !waiting.isBeingWritten
        }
        if mustStart { queue.asyncAfter(deadline: .now() + Self.delay) { self.drain() } }
    }

    /// Waits until what was handed over before is written, at most for `limit`: an exit is not held up by a reader that
    /// has stopped. It blocks; never call it on an event loop. True when all is written.
    @discardableResult
    package func flush(within limit: Duration = .seconds(2)) -> Bool {
        let written = DispatchSemaphore(value: 0)
        queue.async {
            self.drain()
            written.signal()
        }
        let (seconds, attoseconds) = limit.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        return written.wait(timeout: .now() + .nanoseconds(Int(nanoseconds))) == .success
    }

    private func drain() {
        while true {
            let (lines, lost): ([@Sendable () -> [UInt8]], Int) = waiting.withLock { waiting in
                let taken = (waiting.lines, waiting.lost)
                waiting.lines = []
                waiting.lost = 0
                waiting.isBeingWritten = !(taken.0.isEmpty && taken.1 == 0)
                return taken
            }
            if lines.isEmpty && lost == 0 { return }
            writeOut(lines.flatMap { $0() })
            if lost > 0 { writeOut(lossReport(lost)) }
        }
    }

    private func writeOut(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if count >= 0 {
                done += count
            } else if errno == EAGAIN {
                // Someone made the descriptor non-blocking, such as a terminal shared with another program.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&ready, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }
}
