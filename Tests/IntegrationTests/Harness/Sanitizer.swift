import Foundation

/// A sanitizer that watches the tests and the keyward they start (`make test-asan`, `make test-tsan`).
enum Sanitizer {
    static let isOn = ProcessInfo.processInfo.environment["KEYWARD_SANITIZER"] != nil
    /// How many times as long everything may take.
    static let patience = isOn ? 5 : 1
}
