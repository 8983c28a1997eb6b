import Dispatch
import Glibc

/// SIGHUP, taken from the moment this is made: it ends the process no more. Several at once are one.
struct HangupSignal {
    let all: AsyncStream<Void>
    private let source: any DispatchSourceSignal

    init() {
        let (all, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.all = all
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler { continuation.yield() }
        source.activate()
    }
}
