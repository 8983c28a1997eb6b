import FoundationEssentials
import Glibc
import Server

/// The program: reads the order, obeys it, and ends with its status.
@main struct Program {
    static func main() async {
        fillStandardDescriptors()
        forbidCoreDumps()
        // A limit on the length of a file is an error of one call too.
        signal(SIGXFSZ, SIG_IGN)
        let status: ExitStatus
        do throws(Refusal) {
            let order = try Order(
                arguments: Array(CommandLine.arguments.dropFirst()),
                environment: ProcessInfo.processInfo.environment,
                isTerminal: isatty(STDERR_FILENO) == 1)
            status = try await obey(order)
        } catch {
            say("keyward: \(error.line)\n", to: STDERR_FILENO)
            status = error.status
        }
        exit(status.rawValue)
    }

    private static func obey(_ order: Order) async throws(Refusal) -> ExitStatus {
        switch order {
        case .serve(let settings): try await serve(settings)
        case .check(let settings, let format, false): await check(settings, format)
        case .check(let settings, let format, true): await watch(settings, format)
        case .verifyStore(let settings, let readOnly): try verify(settings, readOnly: readOnly)
        case .dumpStore(let settings): try await dump(settings)
        case .compactStore(let settings): try await compact(settings)
        case .repairStore(let settings, let folder): try repair(settings, to: folder)
        case .backUpStore(let settings, let folder): try backUp(settings, to: folder)
        case .loadStore(let settings, let file): try await load(file, into: settings)
        case .importAidbox(let settings, let file, let isDry):
            try await importAidbox(file, into: settings, isDry: isDry)
        case .show(let text): show(text)
        }
    }

    private static func show(_ text: String) -> ExitStatus {
        say(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO) ? .success : .inputOutput
    }
}

/// Writes a text to standard output or error before the program ends; false when it cannot be written.
@discardableResult
func say(_ text: String, to descriptor: CInt) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        if count >= 0 {
            rest = rest.dropFirst(count)
        } else if errno != EINTR {
            return false
        }
    }
    return true
}
