import Foundation

/// Holds up the thread that comes to it until a test opens it.
struct Barrier {
    private let held = DispatchSemaphore(value: 0)
    private let opened = DispatchSemaphore(value: 0)

    func hold() {
        held.signal()
        opened.wait()
    }

    func waitUntilHeld() { held.wait() }
    func open() { opened.signal() }
}
