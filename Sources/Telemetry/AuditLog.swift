import Dispatch
import Glibc
import Synchronization

/// Events that the audit log does not hold: how many, and since when.
package struct AuditGap: Sendable, Equatable {
    /// Lines whose writers were told that they cannot be written.
    package var refused = 0
    /// Lines without a waiting writer that found no more room to wait.
    package var dropped = 0
    /// When the first of them was.
    package let since: WallTime

    static func + (left: AuditGap, right: AuditGap) -> AuditGap {
        var sum = left
        sum.refused += right.refused
        sum.dropped += right.dropped
        return sum
    }
}

/// What an audit log has to tell its owner.
package enum AuditNotice: Sendable, Equatable {
    case written(lines: Int)
    /// Writers were told so; nothing of their lines is in the log but, later, their number.
    case refused(lines: Int, AuditFault)
    /// A line that nobody waits for had no more room to wait.
    case dropped
}

/// Takes lines from any thread, appends them on a queue of its own, and says of each when the system has it (`write`
/// has taken all of it; a crash of the machine may still lose it).
///
/// Lines that come while a write runs share the next one. Once a line could not be written, the first that can be is
/// preceded by one that tells the gap. The process has to ignore SIGPIPE and SIGXFSZ.
package final class AuditLog: Sendable {
    /// Lines that may wait without a writer that waits for them.
    package static let postedLimit = 10_000
    /// How long a write waits for the reader of a pipe, or for another process, until its lines fail.
    package static let patience = Duration.seconds(2)

    private struct Line: Sendable {
        let bytes: [UInt8]
        /// Of lines that are written together the last one has it.
        let done: CheckedContinuation<AuditFault?, Never>?
    }

    private struct Waiting {
        var lines: [Line] = []
        /// Lines that nobody waits for; they stay until they are written.
        var posted: [[UInt8]] = []
        var gap: AuditGap?
        /// Whether something came that the queue has not looked at yet, and whether it will.
        var isNew = false
        var isBeingWritten = false
        var isClosed = false
    }

    /// What one write is to take: the line of the gap, posted lines, then those that are waited for.
    private struct Batch {
        let gap: AuditGap?
        let posted: Int
        let lines: [Line]
        let bytes: [[UInt8]]
    }

    private let target: any AuditTarget
    private let gapLine: @Sendable (AuditGap) -> [UInt8]
    private let notice: @Sendable (AuditNotice) -> Void
    private let now: @Sendable () -> WallTime
    private let waiting = Mutex(Waiting())
    /// The queue's alone; nobody else waits for this lock.
    private let appender: Mutex<LineAppender>
    private let queue = DispatchQueue(label: "keyward.audit")

    /// Opens the target.
    /// - Parameters:
    ///   - gapLine: makes the line that tells a gap.
    ///   - notice: hears what becomes of lines, on the log's queue or the caller's thread.
    package init(
        _ target: any AuditTarget, now: @escaping @Sendable () -> WallTime = WallTime.now,
        gapLine: @escaping @Sendable (AuditGap) -> [UInt8], notice: @escaping @Sendable (AuditNotice) -> Void
    ) throws(AuditFault) {
        appender = Mutex(LineAppender(try target.open(), patience: Self.patience))
        self.target = target
        self.gapLine = gapLine
        self.notice = notice
        self.now = now
    }

    /// Returns when the line, its newline included, is written; else it throws, and the line is not in the log. (Of a
    /// pipe's torn line the rest may still follow.)
    package func write(_ line: [UInt8]) async throws(AuditFault) { try await write(all: [line]) }

    /// The same of several lines, of which a file has all or none. (Of a pipe nothing can be taken back.)
    package func write(all lines: [[UInt8]]) async throws(AuditFault) {
        guard let last = lines.last else { return }
        let fault = await withCheckedContinuation { (done: CheckedContinuation<AuditFault?, Never>) in
            let isClosed = enqueue { waiting in
                guard !waiting.isClosed else { return true }
                waiting.lines += lines.dropLast().map { Line(bytes: $0, done: nil) }
                waiting.lines.append(Line(bytes: last, done: done))
                return false
            }
            if isClosed { done.resume(returning: .closed) }
        }
        if let fault { throw fault }
    }

    /// Hands over a line that no request can be refused for. It is written before every line that comes later, however
    /// often that has to be tried; but at most `postedLimit` of them wait.
    package func post(_ line: [UInt8]) {
        let isDropped = enqueue { waiting in
            guard waiting.posted.count < Self.postedLimit, !waiting.isClosed else {
                waiting.gap = (waiting.gap ?? AuditGap(since: now())) + AuditGap(dropped: 1, since: now())
                return true
            }
            waiting.posted.append(line)
            return false
        }
        if isDropped { notice(.dropped) }
    }

    /// Writes what waits, if anything does, and says why it cannot be.
    package func probe() async -> AuditFault? {
        do throws(AuditFault) {
            try await write([])
            return nil
        } catch {
            return error
        }
    }

    /// Opens the target anew, for a file that was moved away. When that fails, the old one stays in use.
    package func reopen() async throws(AuditFault) {
        let fault = await withCheckedContinuation { (done: CheckedContinuation<AuditFault?, Never>) in
            queue.async { [self] in
                do throws(AuditFault) {
                    let file = try target.open()
                    appender.withLock { $0.move(to: file) }
                    done.resume(returning: nil)
                } catch {
                    done.resume(returning: error)
                }
            }
        }
        if let fault { throw fault }
    }

    /// Writes what waits, as far as it can be, and takes no more.
    package func close() async {
        _ = await probe()
        waiting.withLock { $0.isClosed = true }
    }

    /// Changes what waits, and sees to it that the queue looks at it.
    private func enqueue<Outcome: Sendable>(_ change: (inout Waiting) -> Outcome) -> Outcome {
        let (outcome, mustStart) = waiting.withLock { waiting in
            let outcome = change(&waiting)
            waiting.isNew = true
            defer { waiting.isBeingWritten = true }
            return (outcome, !waiting.isBeingWritten)
        }
        if mustStart { queue.async { self.drain() } }
        return outcome
    }

    private func drain() {
        while let batch = next() {
            settle(batch, append(batch.bytes))
        }
    }

    /// A file that was deleted is made anew: what would be appended to the old one could be read by nobody.
    private func append(_ lines: [[UInt8]]) -> LineAppender.Outcome {
        appender.withLock { appender in
            let outcome = appender.append(lines)
            guard case .deleted = outcome.fault, let file = try? target.open() else { return outcome }
            appender.move(to: file)
            return appender.append(lines)
        }
    }

    private func next() -> Batch? {
        waiting.withLock { waiting in
            guard waiting.isNew else {
                waiting.isBeingWritten = false
                return nil
            }
            waiting.isNew = false
            let (lines, gap) = (waiting.lines, waiting.gap)
            waiting.lines = []
            waiting.gap = nil
            let head = (gap.map { [gapLine($0)] } ?? []) + waiting.posted
            return Batch(
                gap: gap, posted: waiting.posted.count, lines: lines, bytes: head + lines.map(\.bytes))
        }
    }

    private func settle(_ batch: Batch, _ outcome: LineAppender.Outcome) {
        // A torn line need not be kept: its rest is.
        let kept = outcome.whole + (outcome.isTorn ? 1 : 0)
        let head = batch.bytes.count - batch.lines.count
        let written = max(0, outcome.whole - head)
        // A probe's line is empty.
        let refused = batch.lines[written...].count { !$0.bytes.isEmpty }
        waiting.withLock { waiting in
            var gaps = [kept == 0 ? batch.gap : nil, waiting.gap].compactMap { $0 }
            if refused > 0 { gaps.append(AuditGap(refused: refused, since: now())) }
            waiting.gap = gaps.dropFirst().reduce(gaps.first) { sum, gap in sum.map { $0 + gap } }
            waiting.posted.removeFirst(min(batch.posted, max(0, kept - (head - batch.posted))))
        }
        for (index, line) in batch.lines.enumerated() {
            line.done?.resume(returning: index < written ? nil : outcome.fault)
        }
        let whole = batch.bytes[..<outcome.whole].count { !$0.isEmpty }
        if whole > 0 { notice(.written(lines: whole)) }
        if refused > 0, let fault = outcome.fault { notice(.refused(lines: refused, fault)) }
    }
}
