import Foundation
import Glibc
import Synchronization

/// A program that runs, with what it says in two files; ended and reaped by its id when this value goes.
final class ChildProcess: Sendable {
    enum Ending: Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    let pid: pid_t
    private let ending = Mutex<Ending?>(nil)
    private let output: String
    private let errors: String
    private let folder: TemporaryFolder

    /// Starts `words[0]`, a path, with the rest as its arguments. Standard input is empty unless a file is named.
    init(
        _ words: [String], environment: [String: String] = KeywardBinary.environment(), input: String = "/dev/null",
        in workingFolder: String? = nil
    ) throws {
        let words = workingFolder.map { ["/usr/bin/env", "-C", $0] + words } ?? words
        folder = try TemporaryFolder()
        output = folder.at("stdout")
        errors = folder.at("stderr")
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        // A group of its own, so that whatever it starts can be ended with it, and no signal or mask of the test's.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        // Whoever runs the tests in the background may have them ignore these, and what they start inherits that.
        for signal in [SIGPIPE, SIGHUP, SIGINT, SIGQUIT, SIGTERM] { unsafe sigaddset(&signals, signal) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        let argumentTexts = unsafe words.map { unsafe strdup($0) }
        let variableTexts = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") }
        defer { unsafe (argumentTexts + variableTexts).forEach { unsafe free($0) } }
        var child: pid_t = 0
        let code = unsafe posix_spawn(
            &child, words[0], &actions, &attributes, argumentTexts + [nil], variableTexts + [nil])
        guard code == 0 else {
            throw HarnessFault("cannot start \(words[0]): \(unsafe String(cString: strerror(code)))")
        }
        pid = child
    }

    deinit { end(SIGKILL) }

    /// How it ended; nil while it runs.
    func ended() -> Ending? {
        ending.withLock { ending in
            if ending == nil {
                var status: Int32 = 0
                if unsafe waitpid(pid, &status, WNOHANG) == pid {
                    let signal = status & 0x7f
                    ending = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
                }
            }
            return ending
        }
    }

    /// Sends a signal to the process, unless it has ended.
    func send(_ signal: Int32) {
        if ended() == nil { kill(pid, signal) }
    }

    /// How it ended, once it has; it is killed when that takes longer.
    func wait(within limit: Duration = .seconds(20)) throws -> Ending {
        if eventually(within: limit, { ended() != nil }), let ending = ended() { return ending }
        end(SIGKILL)
        throw HarnessFault("process \(pid) had not ended after \(limit): \(standardError)")
    }

    /// Sends a signal to the process and its group, and reaps it.
    @discardableResult
    func end(_ signal: Int32) -> Ending? {
        if ended() == nil {
            kill(-pid, signal)
            _ = eventually(within: .seconds(20)) { ended() != nil }
        }
        return ended()
    }

    var standardOutput: String { folder.text(of: "stdout") }
    var standardError: String { folder.text(of: "stderr") }
}

extension ChildProcess {
    /// What a program that ran to its end said.
    struct Report {
        let status: Int32
        let output: String
        let errors: String
    }

    static func run(
        _ words: [String], environment: [String: String] = [:], input: String = "/dev/null", in folder: String? = nil,
        within limit: Duration = .seconds(20)
    ) throws -> Report {
        let process = try ChildProcess(
            words, environment: KeywardBinary.environment(adding: environment), input: input, in: folder)
        guard case .exited(let status) = try process.wait(within: limit) else {
            throw HarnessFault("\(words.joined(separator: " ")) was ended by a signal: \(process.standardError)")
        }
        return Report(status: status, output: process.standardOutput, errors: process.standardError)
    }

    /// Runs keyward to its end.
    static func keyward(
        _ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null",
        in folder: String? = nil
    ) throws -> Report {
        try run([try KeywardBinary.path()] + arguments, environment: environment, input: input, in: folder)
    }
}
