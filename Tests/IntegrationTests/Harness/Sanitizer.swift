import Foundation
import Glibc

/// A sanitizer that watches the tests and the keyward they start (`make test-asan`, `make test-tsan`).
enum Sanitizer {
    static let isOn = ProcessInfo.processInfo.environment["KEYWARD_SANITIZER"] != nil
    /// How many times as long everything may take.
    static let patience = isOn ? 5 : 1

    /// The thread sanitizer has its memory in a file, which a limit on the size of files takes away at the start.
    static let bearsFileLimit = ProcessInfo.processInfo.environment["KEYWARD_SANITIZER"] != "thread"

    /// What keyward's environment has besides: there leaks are looked for. Not in the tests' own process, where
    /// Foundation leaks with every empty file it reads, and stopped event loops leave their tasks behind. It takes
    /// root, since keyward forbids others to look into it.
    static let environment: [String: String] =
        if let options = ProcessInfo.processInfo.environment["ASAN_OPTIONS"], getuid() == 0 {
            ["ASAN_OPTIONS": "\(options):detect_leaks=1"]
        } else {
            [:]
        }
}
