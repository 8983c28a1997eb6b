/// How the program ends, in the numbers of `sysexits.h` where it has one.
enum ExitStatus: Int32, Sendable {
    case success = 0
    /// `check` found at least one fault of severity error.
    case findings = 1
    /// An unknown flag, a bad value of a flag, a command that does not exist.
    case usage = 64
    /// The address or the store is taken.
    case unavailable = 69
    /// Reading or writing the store failed.
    case inputOutput = 74
    /// SIGINT or SIGTERM ended `store load` before its lines did; the same command goes on.
    case interrupted = 75
    /// A bad environment, a vault config that is missing or faulty, a host that needs a root secret.
    case configuration = 78
}
