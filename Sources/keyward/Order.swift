import ArgumentParser
import Server

/// What the command line and the environment ask the program to do, read and valid.
enum Order: Sendable {
    case serve(StartSettings)
    /// Once, or again and again until it is told to stop.
    case check(StartSettings, CheckFormat, isWatching: Bool)
    case verifyStore(StartSettings, readOnly: Bool)
    case dumpStore(StartSettings)
    case compactStore(StartSettings)
    case repairStore(StartSettings, to: String)
    case backUpStore(StartSettings, to: String)
    /// Fills the store from a file; `-` is standard input.
    case loadStore(StartSettings, file: String)
    /// Fills the store from an export of Aidbox; a dry one changes nothing.
    case importAidbox(StartSettings, file: String, isDry: Bool)
    /// Prints a text, such as the help, and that is all.
    case show(String)

    /// Reads the arguments after the program's name.
    init(arguments: [String], environment: [String: String], isTerminal: Bool) throws(Refusal) {
        do {
            var command = try Keyward.parseAsRoot(arguments)
            if let ours = command as? any OrderingCommand {
                self = try ours.order(environment: environment, isTerminal: isTerminal)
            } else {
                // `help` and what else the argument parser brings along ends by throwing its text.
                try command.run()
                self = .show("")
            }
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            guard Keyward.exitCode(for: error) != .success else {
                self = .show(Keyward.fullMessage(for: error))
                return
            }
            let line = Keyward.message(for: error).split(separator: "\n").joined(separator: " ")
            throw Refusal(.usage, "\(line) (keyward help lists commands and flags)")
        }
    }
}

enum CheckFormat: String, Sendable {
    case text, json
}
