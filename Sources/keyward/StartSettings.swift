import Server
import Telemetry

/// All that flags and environment settle before anything starts.
struct StartSettings: Sendable {
    var server = Settings()
    var log: LogSettings
    /// The flag or variable that each setting which is not at its default was given by, by the setting's name.
    var spellings: [String: String] = [:]

    /// The defaults. People read a terminal, machines everything else.
    init(isTerminal: Bool) {
        log = LogSettings(format: isTerminal ? .text : .json)
    }

    /// How the user spelt a setting, or its flag where it is at its default.
    func spelling(_ setting: Setting) -> String {
        spellings[setting.name] ?? setting.flag
    }
}
