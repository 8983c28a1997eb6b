/// One who waits for a descriptor.
struct Waiter {
    /// Safe because the loop takes it out of its seat before it resumes it: each is resumed once.
    @safe
    enum Party {
        /// A task; where it is a reader, the loop reads for it, and wakes it with the bytes.
        case task(UnsafeContinuation<EventLoop.Wakeup, Never>, isReader: Bool)
        /// It is handed the bytes, and let go of when there are none to come.
        case connection(any RestingConnection)
    }

    let party: Party
    let deadline: Deadline
    /// Nothing is lost when it is ended by draining.
    let isIdle: Bool

    var isReader: Bool {
        switch party {
        case .task(_, let isReader): isReader
        case .connection: true
        }
    }
}
