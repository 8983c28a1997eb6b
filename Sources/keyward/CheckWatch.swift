import Glibc
import Server

/// What one look found that the one before had not, or the other way round.
struct FindingChange: Equatable {
    let isFound: Bool
    let finding: Finding

    /// What is gone first, so that a finding whose words have changed is replaced by its successor.
    static func between(_ before: [Finding], _ now: [Finding]) -> [FindingChange] {
        before.filter { !now.contains($0) }.map { FindingChange(isFound: false, finding: $0) }
            + now.filter { !before.contains($0) }.map { FindingChange(isFound: true, finding: $0) }
    }
}

/// Looks again and again, and prints what changed.
struct CheckWatch {
    /// From the end of one look to the next.
    static let interval = Duration.seconds(2)

    let format: CheckFormat
    let look: @Sendable () async -> [Finding]
    /// Prints; false when that cannot be done any more.
    let say: @Sendable (String) -> Bool
    /// Waits, and throws when the watch is to end.
    let pause: @Sendable (Duration) async throws -> Void

    /// Until its task is cancelled; ends with the status of the last look that was printed.
    func run() async -> ExitStatus {
        var last = await look()
        guard say(format.report(last)) else { return .inputOutput }
        while true {
            do { try await pause(Self.interval) } catch { return ExitStatus(last) }
            let now = await look()
            // A look that was interrupted did not wait where it should have.
            if Task.isCancelled { return ExitStatus(last) }
            let changes = FindingChange.between(last, now).map { format.report($0) }.joined()
            guard changes.isEmpty || say(changes) else { return .inputOutput }
            last = now
        }
    }
}

/// Watches until SIGINT or SIGTERM, or until nobody reads any more.
func watch(_ settings: StartSettings, _ format: CheckFormat) async -> ExitStatus {
    // A reader that has gone is an error of one call and not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    let signals = StopSignals()
    let inspection = Inspection(settings.server)
    let watch = CheckWatch(format: format) {
        await inspection.findings()
    } say: {
        keyward.say($0, to: STDOUT_FILENO)
    } pause: {
        try await Task.sleep(for: $0)
    }
    let watching = Task { await watch.run() }
    let stopping = Task {
        _ = await signals.next()
        watching.cancel()
    }
    defer { stopping.cancel() }
    return await watching.value
}
