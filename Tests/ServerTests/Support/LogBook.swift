import Logging
import Synchronization

/// Keeps the log lines of a test.
final class LogBook: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let fields: [String: String]
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = Line(
                level: event.level, message: event.message.description,
                fields: (event.metadata ?? [:]).mapValues { "\($0)" })
            book.kept.withLock { $0.append(line) }
        }
    }

    private let kept = Mutex<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }

    func logger(_ level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { _ in Handler(book: self, logLevel: level) }
    }

    func lines(_ message: String) -> [Line] { lines.filter { $0.message == message } }

    /// Whether any line holds `text` anywhere.
    func mentions(_ text: String) -> Bool {
        lines.contains { line in line.message.contains(text) || line.fields.values.contains { $0.contains(text) } }
    }
}
