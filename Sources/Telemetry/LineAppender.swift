import Glibc

/// Appends lines to a file so that every line in it is whole.
///
/// A regular file takes all lines of one call or none: what a failing write has left of them is cut off again, and what
/// the file held before is never touched. Of a pipe nothing can be taken back, nor of a file that may only grow
/// (`chattr +a`): there the rest of a torn line is written before anything else.
struct LineAppender: Sendable {
    /// What became of the lines of one call.
    struct Outcome {
        /// How many of them, from the first, are written.
        var whole: Int
        /// Whether the line after those is written in part, and its rest will be before anything else.
        var isTorn = false
        /// Why the others are not.
        var fault: AuditFault?
    }

    private var file: any AuditFile
    private let patience: Duration
    /// What has to be written first: the rest of a torn line, or the newline that a torn line of an earlier run lacks.
    private var rest: [UInt8]
    /// A reader that has stopped is not waited for again until it takes something.
    private var isStalled = false

    /// - Parameter patience: how long one call waits for another process, or for a reader to take a MiB.
    init(_ file: any AuditFile, patience: Duration) {
        self.file = file
        self.patience = patience
        rest = file.endsWithWholeLine ? [] : [UInt8(ascii: "\n")]
    }

    /// Appends to another file from now on. The rest of a torn line goes with it where it is read as one stream still.
    mutating func move(to file: any AuditFile) {
        let rest = self.file.isRegular || file.isRegular ? [] : self.rest
        self = LineAppender(file, patience: patience)
        self.rest += rest
    }

    /// Appends lines, their newlines included, with as few writes as the file takes them in.
    mutating func append(_ lines: [[UInt8]]) -> Outcome {
        var bytes = rest
        for line in lines { bytes += line }
        var taken = 0
        do throws(AuditFault) {
            try write(bytes, &taken)
            rest = []
            return Outcome(whole: lines.count)
        } catch {
            guard taken >= rest.count else {
                rest.removeFirst(taken)
                return Outcome(whole: 0, fault: error)
            }
            taken -= rest.count
            rest = []
            var outcome = Outcome(whole: 0, fault: error)
            while outcome.whole < lines.count, lines[outcome.whole].count <= taken {
                taken -= lines[outcome.whole].count
                outcome.whole += 1
            }
            if taken > 0 {
                rest = Array(lines[outcome.whole][taken...])
                outcome.isTorn = true
            }
            return outcome
        }
    }

    private mutating func write(_ bytes: [UInt8], _ taken: inout Int) throws(AuditFault) {
        guard !bytes.isEmpty else { return }
        guard file.isRegular else { return try stream(bytes, &taken) }
        try file.lock(within: patience)
        defer { file.unlock() }
        let before = try file.length()
        do throws(AuditFault) {
            while taken < bytes.count {
                let count = try file.write(bytes.span.extracting(taken..<bytes.count))
                guard count > 0 else { throw .system(call: "write", target: file.name, code: ENOSPC) }
                taken += count
            }
        } catch {
            if taken > 0, (try? file.truncate(to: before)) != nil { taken = 0 }
            throw error
        }
    }

    /// Writes no more at once than a pipe takes whole or not at all, so that no write waits.
    private mutating func stream(_ bytes: [UInt8], _ taken: inout Int) throws(AuditFault) {
        let end = ContinuousClock.now + (isStalled ? .zero : patience * (1 + bytes.count / 1_048_576))
        while taken < bytes.count {
            guard try file.isReady(within: max(.zero, end - .now)) else {
                isStalled = true
                throw .stalled(target: file.name)
            }
            let piece = min(bytes.count - taken, Int(PIPE_BUF))
            let count = try file.write(bytes.span.extracting(taken..<taken + piece))
            // Others write to it too, and were quicker.
            guard count > 0 || ContinuousClock.now < end else { throw .stalled(target: file.name) }
            taken += count
            isStalled = false
        }
    }
}
