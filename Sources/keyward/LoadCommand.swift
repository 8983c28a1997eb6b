import Glibc
import JSON
import Server
import Storage
import Synchronization
import Vault

/// Fills the store with the resources of a file, one JSON object a line, and reports every bad line as it is found.
///
/// Whatever ends it, what was stored stays, and the same command goes on: SIGINT and SIGTERM end it behind the lines
/// that are being committed.
func load(_ file: String, into settings: StartSettings) async throws(Refusal) -> ExitStatus {
    // A reader that has gone is an error of one call and not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    let folder = try settings.storeFolder()
    let input = try LoadInput(file)
    let store = try settings.open(folder, create: true)
    let stop = StopNote()
    let progress = isatty(STDERR_FILENO) == 1 ? ProgressLine(size: input.size) : nil
    var isWritten = true
    var load = Load(into: store, nesting: JSONValue.nestingCeiling) { bad in
        progress?.erase()
        let line = "\(file), line \(bad.line): \(bad.reason)".onOneLine + "\n"
        isWritten = say(line, to: STDOUT_FILENO) && isWritten
    }
    let end = await load.run(over: input, until: { stop.signal != nil }) { progress?.show($0, bytes: $1) }
    await store.close()
    progress?.erase()

    let report = load.report
    let counts = "\(report.loaded) loaded, \(report.unchanged) unchanged, \(report.bad) bad lines"
    let lines = report.lines == 0 ? "no line is done" : "lines 1 to \(report.lines) are done"
    let place = "\(lines) (\(counts)); the same command goes on"
    switch end {
    case .stopped:
        throw Refusal(.interrupted, "load \"\(file)\" was ended by \(stop.signal ?? "a signal"); \(place)")
    case .unreadable(let error):
        throw Refusal(.inputOutput, "load \"\(file)\" cannot be read on: \(error); mend that; \(place)")
    case .store(let error):
        let refusal = settings.refusal(.store(folder: folder, error))
        throw Refusal(refusal.status, "\(refusal.line); \(place)")
    case .finished:
        isWritten = say(counts + "\n", to: STDOUT_FILENO) && isWritten
        return !isWritten ? .inputOutput : report.bad == 0 ? .success : .findings
    }
}

private enum LoadEnd {
    case finished
    case stopped
    case unreadable(Errno)
    case store(StorageError)
}

extension Load {
    /// Takes all of `input`, or what of it comes before `isStopped`, and tells `progress` the lines and bytes now and
    /// then.
    fileprivate mutating func run(
        over input: borrowing LoadInput, until isStopped: () -> Bool, _ progress: (Int, Int) -> Void
    ) async -> LoadEnd {
        var bytes = 0
        while !isStopped() {
            let piece: [UInt8]?
            do { piece = try input.next() } catch { return .unreadable(error) }
            do {
                if let piece, piece.isEmpty {
                    try await finish()
                    return .finished
                }
                if let piece { try await take(piece) }
            } catch {
                return .store(error)
            }
            bytes += piece?.count ?? 0
            progress(report.lines, bytes)
        }
        do { try await settle() } catch { return .store(error) }
        return .stopped
    }
}

/// The signal that asks for an end, once there was one.
private final class StopNote: Sendable {
    private let name = Mutex<String?>(nil)

    init() {
        let signals = StopSignals()
        Task { [weak self] in
            let name = await signals.next()
            self?.name.withLock { $0 = name }
        }
    }

    var signal: String? { name.withLock { $0 } }
}
