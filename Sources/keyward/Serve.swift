import Glibc
import Logging
import Server
import Telemetry

/// Runs the server until it is told to stop; throws the one line for standard error if it cannot start.
func serve(_ settings: StartSettings) async throws(Refusal) -> ExitStatus {
    // A peer that has gone is an error of one call and not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    let signals = StopSignals()
    // Without a file to open anew it keeps its meaning, the end of the process.
    let hangups = if case .file = settings.server.auditLog { HangupSignal() } else { HangupSignal?.none }
    let format = LineFormat(settings.log.format)
    let sink = LineSink(descriptor: STDERR_FILENO) { lost in
        format.line(.warning, "log lines were lost: standard error is not read fast enough", ["lines": "\(lost)"])
    }
    defer { sink.flush() }
    let logger = Logger(label: "keyward") { _ in LineHandler(level: settings.log.level, format: format, sink: sink) }
    let server: KeywardServer
    do throws(StartFault) {
        server = try KeywardServer(settings.server, version: Keyward.version, logger: logger)
        try await server.listen()
    } catch {
        throw settings.refusal(error)
    }
    let reopening = Task {
        guard let hangups else { return }
        for await _ in hangups.all { await server.reopenAuditLog() }
    }
    defer { reopening.cancel() }
    let signal = await signals.next()
    logger.info("stopping", metadata: ["signal": "\(signal)"])
    await server.stop()
    logger.info("stopped")
    return .success
}
