import Dispatch
import Glibc

/// SIGTERM and SIGINT, taken from the moment this is made.
struct StopSignals {
    private let names: AsyncStream<String>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (names, continuation) = AsyncStream.makeStream(of: String.self)
        self.names = names
        self.sources = [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")].map { number, name in
            // Dispatch only watches; without this the signal would still end the process.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(name) }
            source.activate()
            return source
        }
    }

    /// Waits for the next one.
    func next() async -> String {
        for await name in names { return name }
        return "none"
    }
}
