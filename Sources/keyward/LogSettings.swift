import Logging
import Telemetry

/// How the log looks and how much it says.
struct LogSettings: Sendable, Equatable {
    var level = Logger.Level.info
    var format: LogFormat
}
