import ArgumentParser
import Server

/// A command that says what it is an order for; nothing runs inside the argument parser.
protocol OrderingCommand: ParsableCommand {
    func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order
}

struct Keyward: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keyward",
        abstract: "A FHIR-style HTTP server that never stores a secret.",
        discussion: "Settings are flags or KEYWARD_… variables; `keyward help serve` lists them all.",
        version: version,
        subcommands: [Serve.self, Check.self, Store.self, Import.self],
        defaultSubcommand: Serve.self)

    static let version = String(
        decoding: PackageResources.version_txt.filter { $0 > UInt8(ascii: " ") }, as: UTF8.self)
}

struct Serve: OrderingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server until SIGTERM or SIGINT, then drain and exit (the default).")

    @OptionGroup var flags: SettingFlags

    func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order {
        .serve(try StartSettings(flags: flags.given, environment: environment, isTerminal: isTerminal))
    }
}

struct Check: OrderingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Report every fault of vault config, secret files, mounts and store; exit 1 if there is an error.",
        discussion: """
            An error is something that does not work or is unsafe now; a warning works, but will surprise somebody. \
            docs/findings.md explains each code. No value of a secret is ever printed, nothing is created and no lock \
            taken: run it beside a server, and as its user.
            """)

    @Option(help: ArgumentHelp("How findings are printed: text or json.", valueName: "format"))
    var format = "text"

    @Flag(
        help: """
            Look again every 2 seconds until SIGINT or SIGTERM, and print what changed: first all findings, then a \
            line for each that comes (+) or goes (-); in json an object a line, its "change" found or gone. Exits with \
            the code of the last look.
            """)
    var watch = false

    @OptionGroup var flags: SettingFlags

    func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order {
        guard let format = CheckFormat(rawValue: format) else {
            throw Refusal(.usage, "--format \"\(format)\" is no format; give text or json")
        }
        let settings = try StartSettings(flags: flags.given, environment: environment, isTerminal: isTerminal)
        return .check(settings, format, isWatching: watch)
    }
}

struct Store: OrderingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify, repair, back up, compact, print or fill the JSON file store.",
        subcommands: [Verify.self, Repair.self, Backup.self, Compact.self, Dump.self, Load.self])

    func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order {
        throw Refusal(.usage, "store does nothing by itself; say verify, repair, backup, compact, dump or load")
    }

    /// The one setting these commands need; the environment's other variables are judged by name alone.
    struct Flags: ParsableArguments {
        @Option(.store) var store: String?

        func settings(_ environment: [String: String]) throws(Refusal) -> StartSettings {
            let flags = store.map { [Setting.store.name: $0] } ?? [:]
            return try StartSettings(flags: flags, environment: environment, isTerminal: false, table: [.store])
        }

        /// With one setting more, whose flag has this text.
        func settings(
            _ environment: [String: String], and other: Setting, _ text: String?
        ) throws(Refusal) -> StartSettings {
            var flags = store.map { [Setting.store.name: $0] } ?? [:]
            flags[other.name] = text
            return try StartSettings(flags: flags, environment: environment, isTerminal: false, table: [.store, other])
        }
    }

    struct Verify: OrderingCommand {
        static let configuration = CommandConfiguration(

            abstract: "Read the whole store and report any damage, and what is lost by it.")

        @Flag(help: "Read beside a running server; change nothing.")
        var readOnly = false

        @OptionGroup var flags: Flags

        func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order {
            .verifyStore(try flags.settings(environment), readOnly: readOnly)
        }
    }

    struct Compact: OrderingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take all of the journal into one base, and drop the versions that no rule keeps.")

        @Option(.storeHistory) var storeHistory: String?

        @OptionGroup var flags: Flags

        func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order {
            .compactStore(try flags.settings(environment, and: .storeHistory, storeHistory))
        }
    }

    struct Dump: OrderingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the current version of every resource, one a line.")

        @OptionGroup var flags: Flags

        func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order {
            .dumpStore(try flags.settings(environment))
        }
    }

    struct Load: OrderingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fill the store with resources from a file, one a line, as dump prints them.",
            discussion: "What is there as its line has it stays as it is: a load that was ended goes on when run again."
        )

        @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
        var file: String

        @OptionGroup var flags: Flags

        func order(environment: [String: String], isTerminal: Bool) throws(Refusal) -> Order {
            .loadStore(try flags.settings(environment), file: file)
        }
    }
}
