import Foundation
import Testing

/// The real server, clients that authenticate without pause, and a volume that is swapped under them.
final class Storm {
    /// Whether `make soak` runs: ten times the swaps.
    static let isSoak = ProcessInfo.processInfo.environment["KEYWARD_SOAK"] == "1"

    struct Outcome {
        let swaps: Int
        let totals: StormTally.Totals
        let fileSystem: String
        /// The names in the log lines `secret rotated`.
        let rotated: [String]
        let metrics: [String: Int]
    }

    private let kind: SwapKind
    private let folder: TemporaryFolder
    private let files: SwappedFiles
    private let configs: SecretVolume
    private let server: KeywardProcess
    private let fileSystem: String

    init(_ kind: SwapKind, on ground: Ground = .temporary) throws {
        self.kind = kind
        folder = try ground == .tmpfs ? TemporaryFolder(in: Ground.memory) : TemporaryFolder()
        var program: [String]?
        var seen = folder.path
        if ground == .overlay {
            program = try Ground.overlaid([KeywardBinary.path()], in: folder)
            files = try SwappedFiles(kind, in: folder.at("lower"))
            seen = folder.at("merged")
        } else {
            files = try SwappedFiles(kind, in: folder.path)
        }
        configs = try SecretVolume(at: folder.at("config"), ["vault-config.json": Self.config(kind, seen, variant: 0)])
        server = try KeywardProcess(
            ["--vault-config", configs.at("vault-config.json"), "--store", "memory:", "--ops-port", "0"],
            program: program)
        if ground == .overlay { files.move(to: "/proc/\(server.pid)/root\(seen)") }
        fileSystem = Ground.name(of: ground == .overlay ? "/proc/\(server.pid)/root\(seen)" : seen)
        self.seen = seen
        let http = HTTPClient(port: server.port)
        for (id, secret) in [("basic", "client-secret"), ("other", "other")] {
            let answer = try http.put("/fhir/Client/\(id)", ClientBody.text(id, secret: secret))
            guard answer.status == 201 else { throw HarnessFault("PUT Client/\(id): \(answer)") }
        }
    }

    /// The folder as the server sees it.
    private let seen: String

    /// Two configs, both of which admit all clients.
    private static func config(_ kind: SwapKind, _ folder: String, variant: Int) -> String {
        let other = #""other": {"path": "\#(folder)/volume/other", "scope": \#(variant % 2 == 0 ? other : others)}"#
        return #"{"roots": ["\#(folder)"], "secret": {\#(kind.secret(in: folder)), \#(other)}}"#
    }

    private static let other = #""Client/other""#
    private static let others = #"["Client/other", "Client/another"]"#

    /// Makes this many swaps, and `reloads` swaps of the config spread among them.
    func rage(swaps: Int, reloads: Int = 0) throws -> Outcome {
        let ledger = SwapLedger()
        let tally = StormTally()
        let running = Flag()
        defer { _ = running.end() }
        for client in clients {
            running.enter()
            let thread = Thread { [port = server.port] in
                client.run(port: port, ledger, tally, while: running)
                running.leave()
            }
            thread.start()
        }
        var reloaded = 0
        for number in 1...swaps {
            try files.swap(number) { try ledger.record(number, $0) }
            pace(number, tally)
            if reloads > 0, number.isMultiple(of: max(1, swaps / (reloads + 1))), reloaded < reloads {
                reloaded += 1
                try reload(reloaded)
            }
        }
        guard running.end() else { throw HarnessFault("a client did not end") }
        var rotated: [String] = []
        var metrics: [String: Int] = [:]
        // A line comes a moment after its count.
        _ = try eventually(within: .seconds(5)) {
            metrics = try self.metrics()
            rotated = rotatedNames
            return rotated.count == metrics["keyward_rotations_total"]
        }
        return Outcome(
            swaps: swaps, totals: tally.totals, fileSystem: fileSystem, rotated: rotated, metrics: metrics)
    }

    private var rotatedNames: [String] {
        let lines = server.log.split(separator: "\n").filter { $0.contains("secret rotated") }
        return LogLine.lines(of: lines.joined(separator: "\n") + "\n").compactMap { $0["secret"] }
    }

    private var clients: [StormClient] {
        kind.ages.map { age in
            StormClient(
                name: "basic", password: { [kind] in kind.value(at: $0 - age) ?? SwapKind.value($0 - age) },
                counts: { [kind] in kind.counts($0, at: $1) })
        } + [
            StormClient(
                name: "other", isSteady: true, password: { _ in SwappedFiles.unchanged }, counts: { _, _ in true })
        ]
    }

    /// Most swaps wait until some requests have met the new state for certain. Some follow at once, so that requests
    /// meet them in the middle; and some files rest, so that their values are kept and not read anew each time.
    private func pace(_ number: Int, _ tally: StormTally) {
        if number.isMultiple(of: 20) {
            usleep(30_000)
        } else if !number.isMultiple(of: 5) {
            let certain = tally.totals.certain
            _ = eventually(within: .milliseconds(100)) { tally.totals.certain >= certain + 5 }
        }
    }

    /// Swaps the config, and waits until it counts.
    private func reload(_ number: Int) throws {
        let applied = #"keyward_vault_config_reloads_total{result="applied"}"#
        try configs.swap(["vault-config.json": Self.config(kind, seen, variant: number)])
        guard try eventually({ try metrics()[applied] == number }) else {
            throw HarnessFault("config \(number) never counted: \(server.log.suffix(1_000))")
        }
    }

    private func metrics() throws -> [String: Int] {
        guard let port = server.opsPort else { throw HarnessFault("no ops port") }
        return try HTTPClient(port: port).metrics()
    }
}
