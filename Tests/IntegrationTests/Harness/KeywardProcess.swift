import Foundation
import Glibc

/// The real `keyward serve`, listening on a free port; killed when this value goes.
final class KeywardProcess: Sendable {
    /// It ended instead of listening.
    struct StartFault: Error, CustomStringConvertible {
        let status: Int32
        let errors: String
        var description: String { "keyward ended with \(status): \(errors)" }
    }

    let port: UInt16
    let opsPort: UInt16?
    private let process: ChildProcess

    /// Where the port is given and not 0, it need not say that it listens, so any log level and format will do.
    ///
    /// - Parameter program: the words that start keyward, when not simply its path.
    init(
        _ arguments: [String], environment: [String: String] = [:], program: [String]? = nil, in folder: String? = nil
    ) throws {
        let words = try program ?? [try KeywardBinary.path()]
        var all = arguments
        if !arguments.contains("--port") { all += ["--port", "0"] }
        if !arguments.contains("--log-format") { all += ["--log-format", "json"] }
        let process = try ChildProcess(
            words + ["serve"] + all, environment: KeywardBinary.environment(adding: environment), in: folder)
        self.process = process
        let given = Self.port("--port", in: arguments)
        var line: LogLine?
        let isSettled = eventually(within: .seconds(30)) {
            line = LogLine.lines(of: process.standardError).first { $0.message == "listening" }
            return line != nil || process.ended() != nil || given.map { (try? Wire(port: $0)) != nil } == true
        }
        if let port = line?.port("port") ?? given, process.ended() == nil {
            self.port = port
            opsPort = line?.port("ops_port") ?? Self.port("--ops-port", in: arguments)
        } else if case .exited(let status)? = process.ended() {
            throw StartFault(status: status, errors: process.standardError)
        } else {
            throw HarnessFault("keyward neither listens nor ended (settled: \(isSettled)): \(process.standardError)")
        }
    }

    private static func port(_ flag: String, in arguments: [String]) -> UInt16? {
        let value = arguments.firstIndex(of: flag).flatMap { UInt16(arguments[$0 + 1]) }
        return value == 0 ? nil : value
    }

    var isRunning: Bool { process.ended() == nil }
    var pid: pid_t { process.pid }

    /// All that it logged so far, as it stands.
    var log: String { process.standardError }
    var standardOutput: String { process.standardOutput }

    /// The whole lines that it logged so far.
    var logLines: [LogLine] { LogLine.lines(of: log) }

    /// The lines that fit, once there are at least `count` of them.
    func logLines(atLeast count: Int = 1, where fits: (LogLine) -> Bool) throws -> [LogLine] {
        var found: [LogLine] = []
        guard
            eventually(
                within: .seconds(10),
                {
                    found = logLines.filter(fits); return found.count >= count
                })
        else {
            throw HarnessFault("\(found.count) of \(count) log lines came: \(log.suffix(2_000))")
        }
        return found
    }

    /// Asks it to stop, as Kubernetes does.
    func signal(_ number: Int32) { process.send(number) }

    func wait() throws -> ChildProcess.Ending { try process.wait(within: .seconds(30)) }

    func terminate() throws -> ChildProcess.Ending {
        process.send(SIGTERM)
        return try wait()
    }

    func kill() {
        process.end(SIGKILL)
    }

    /// How many descriptors it has open, and how much memory is its own, in KiB.
    var openDescriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/fd").count) ?? 0
    }
}

/// One line of the JSON log.
struct LogLine {
    let text: String
    private let members: [String: Any]

    static func lines(of log: String) -> [LogLine] {
        // What follows the last newline is not whole yet.
        log.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { LogLine($0) }
    }

    private init?(_ line: Substring) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
            return nil
        }
        text = String(line)
        members = object
    }

    var message: String? { self["message"] }
    var level: String? { self["level"] }
    var reason: String? { self["reason"] }

    subscript(name: String) -> String? { members[name] as? String }

    /// A field that holds texts.
    func list(_ name: String) -> [String]? { members[name] as? [String] }

    /// The names of fields whose value is this text.
    func fields(holding value: String) -> [String] { members.filter { $0.value as? String == value }.map(\.key) }

    /// A field that holds a port: a number above 0.
    func port(_ name: String) -> UInt16? {
        (members[name] as? Int).flatMap { UInt16(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil }
    }
}
