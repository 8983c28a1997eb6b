import ArgumentParser
import Server

/// The commands that write a store into another folder.
extension Store {
    struct Backup: OrderingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the store into a new folder, beside a running server or without one.",
            discussion: """
                The server is neither stopped nor slowed. The copy holds every write that was answered before the \
                backup began; it is verified, and appears whole or not at all. To restore it, copy it back.
                """)

        @Argument(help: ArgumentHelp("A folder that is not there yet.", valueName: "folder"))
        var folder: String

        @OptionGroup var flags: Flags

        func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order {
            try refuseEmpty(folder, "store backup")
            return .backUpStore(try flags.settings(environment), to: folder)
        }
    }

    struct Repair: OrderingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write what is sound in a damaged store into a new one, and say what is lost.",
            discussion: """
                The damaged store is left as it is. Exits with 0 when nothing is lost, and with 1 when something is.
                """)

        @Option(help: ArgumentHelp("The new store: a folder that is not there yet, or empty.", valueName: "folder"))
        var to: String

        @OptionGroup var flags: Flags

        func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order {
            try refuseEmpty(to, "store repair --to")
            return .repairStore(try flags.settings(environment), to: to)
        }
    }
}

/// - Throws: a refusal of an empty name, which would stand for the folder of whoever runs the command.
private func refuseEmpty(_ name: String, _ what: String) throws(Refusal) {
    if name.isEmpty { throw Refusal(.usage, "\(what) \"\" is no folder; name one that is not there yet") }
}
