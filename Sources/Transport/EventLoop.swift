internal import Dispatch
internal import Glibc
internal import Synchronization

/// One thread that waits for the kernel and runs the tasks of its connections in between: a task executor over epoll,
/// on a Dispatch queue of its own. A task that prefers this loop runs on its thread from one `await` to the next, so
/// what it touches needs no lock, and it must never block.
///
/// `@unchecked Sendable`, the only one in the house: `epoll`, `inbox` and the atomics may be touched from any thread;
/// all other state is touched only by the loop's own thread, from `run` or from a task that runs inside it.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
    /// Why a task that waited goes on.
    enum Wakeup: Sendable {
        case ready
        /// What could be read, at least one byte.
        case bytes([UInt8])
        /// The end of the stream.
        case ended
        case timedOut
        case stopping
        case failed(errno: Int32)
    }

    /// How late a deadline may be noticed: all of them are looked at together, once in this while.
    static let deadlineGrain = Patience(.milliseconds(100))

    /// A task that waits for one descriptor; safe because `wake` takes it out of the table before it resumes it.
    @safe
    private struct Waiter {
        let continuation: UnsafeContinuation<Wakeup, Never>
        let deadline: Deadline
        let isIdle: Bool
        /// The loop reads for it, and wakes it with the bytes.
        let isReader: Bool
    }

    /// Who waits for a descriptor, and for what the kernel was asked to look.
    private struct Seat {
        var waiter: Waiter?
        var registered: Epoll.Interest = []
        /// The kernel has announced bytes, or an end, that may not have been read yet; it will not do so again.
        var hasNews = false
    }

    private struct Rest {
        let descriptor: Int32
        let deadline: Deadline
        let connection: any RestingConnection
    }

    private let queue: DispatchQueue
    private let epoll: Epoll
    private let inbox = Mutex<[UnownedJob]>([])
    private let isStopping = Atomic(false)
    private let isDraining = Atomic(false)
    private let thread = Atomic<UInt>(0)
    /// How many connections live here: what the listener balances by.
    let connections = Atomic(0)

    private var ready: [UnownedJob] = []
    /// By descriptor.
    private var seats: [Seat] = []
    /// Connections whose tasks have begun to rest and not run yet; which task has which is the same.
    private var resting: [Rest] = []
    private var nextSweep = Deadline.now()
    /// When this turn had read from every connection that was ready: no byte of it arrived later.
    private(set) var turn = Deadline.now()
    private let room = ReceivingRoom()

    package init(label: String) throws(TransportError) {
        self.queue = DispatchQueue(label: label)
        self.epoll = try Epoll()
    }

    /// Begins to run, on a thread of its own.
    package func start() {
        queue.async { self.run() }
    }

    /// Starts a task that runs on this loop's thread.
    package func spawn(_ operation: @escaping @Sendable () async -> Void) {
        Task(executorPreference: self, operation: operation)
    }

    /// Ends every wait that is idle, now and from now on, so that connections between two requests close.
    package func drain() {
        isDraining.store(true, ordering: .releasing)
        spawn { self.wakeIdle() }
    }

    /// Ends the loop's thread. Tasks that still wait on it never go on.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        epoll.ring()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard !isCurrent else {
            ready.append(job)
            return
        }
        let isFirst = inbox.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
        if isFirst { epoll.ring() }
    }

    var isStoppingConnections: Bool { isDraining.load(ordering: .acquiring) }

    private var isCurrent: Bool {
        thread.load(ordering: .relaxed) == pthread_self()
    }
}

// MARK: - What a task on the loop may do

extension EventLoop {
    /// Waits until the kernel reports `interest` for `descriptor`. An idle wait is one that draining ends.
    func wait(
        for interest: Epoll.Interest, on descriptor: Int32, until deadline: Deadline, isIdle: Bool
    ) async -> Wakeup {
        await park(descriptor, for: interest, until: deadline, isIdle: isIdle, isReader: false)
    }

    /// Waits for bytes of a connection. The loop reads all connections that are ready before it wakes the first of
    /// their tasks, so that one look at the world after that holds for all of them.
    func read(from descriptor: Int32, until deadline: Deadline, isIdle: Bool) async -> Wakeup {
        await park(descriptor, for: .read, until: deadline, isIdle: isIdle, isReader: true)
    }

    /// Waits idly for bytes of a connection in a task of its own, which takes little more than the kilobyte that is the
    /// least, and has `connection` go on in it; lets go of the connection when none come.
    func rest(_ descriptor: Int32, until deadline: Deadline, then connection: any RestingConnection) {
        resting.append(Rest(descriptor: descriptor, deadline: deadline, connection: connection))
        spawn {
            guard let rest = self.resting.popLast() else { return }
            let news = await self.read(from: rest.descriptor, until: rest.deadline, isIdle: true)
            if case .bytes(let bytes) = news { await rest.connection.goOn(with: bytes) }
        }
    }

    /// Forgets a descriptor that is about to be closed; the kernel does so by itself.
    func forget(_ descriptor: Int32) {
        let index = Int(descriptor)
        if index < seats.count { seats[index] = Seat() }
    }

    private func park(
        _ descriptor: Int32, for interest: Epoll.Interest, until deadline: Deadline, isIdle: Bool, isReader: Bool
    ) async -> Wakeup {
        if isIdle, isStoppingConnections {
            // What has arrived by now is still served.
            defer { turn = .now() }
            return isReader ? room.receive(from: descriptor).wakeup ?? .stopping : .stopping
        }
        // A peer with news in every turn would else never be among those whose deadlines are looked at.
        guard deadline > turn else { return .timedOut }
        if let number = register(descriptor, for: interest) { return .failed(errno: number) }
        if isReader, seats[Int(descriptor)].hasNews {
            seats[Int(descriptor)].hasNews = false
            if let taken = take(from: descriptor) {
                turn = .now()
                return taken
            }
        }
        return await unsafe withUnsafeContinuation { continuation in
            seats[Int(descriptor)].waiter = unsafe Waiter(
                continuation: continuation, deadline: deadline, isIdle: isIdle, isReader: isReader)
        }
    }

    /// Has the kernel look at `descriptor`; most waits find it doing so already, and cost no system call. Answers the
    /// error number if it refuses.
    private func register(_ descriptor: Int32, for interest: Epoll.Interest) -> Int32? {
        let index = Int(descriptor)
        while seats.count <= index { seats.append(Seat()) }
        let registered = seats[index].registered
        guard registered != interest else { return nil }
        do throws(TransportError) {
            if registered.isEmpty {
                try epoll.add(descriptor, interest)
            } else {
                try epoll.modify(descriptor, interest)
            }
            // The kernel has looked anew.
            seats[index].registered = interest
            seats[index].hasNews = false
            return nil
        } catch {
            guard case .system(_, let number) = error else { return EINVAL }
            return number
        }
    }
}

// MARK: - The loop

extension EventLoop {
    private func run() {
        thread.store(pthread_self(), ordering: .relaxed)
        var events = Epoll.Events()
        var jobs: [UnownedJob] = []
        let executor = unsafe asUnownedTaskExecutor()
        takeInbox()
        while true {
            unsafe runReady(&jobs, on: executor)
            guard !isStopping.load(ordering: .acquiring) else { return thread.store(0, ordering: .relaxed) }
            let rang = epoll.wait(milliseconds: patience(), events: &events) { welcome($0, isEnd: $1) }
            turn = .now()
            if rang { takeInbox() }
            if turn >= nextSweep { sweep() }
        }
    }

    /// Runs what is ready, and what becomes ready by that. `jobs` is empty before and after: room that is used again.
    private func runReady(_ jobs: inout [UnownedJob], on executor: UnownedTaskExecutor) {
        while !ready.isEmpty {
            swap(&jobs, &ready)
            for job in jobs { unsafe job.runSynchronously(on: executor) }
            jobs.removeAll(keepingCapacity: true)
        }
    }

    private func takeInbox() {
        ready += inbox.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
    }

    private func patience() -> Int32 {
        // Whoever else waits here, the listener, has no deadline.
        guard connections.load(ordering: .relaxed) > 0 else { return -1 }
        return Int32(nextSweep.nanoseconds(since: .now()) / 1_000_000) + 1
    }

    private func sweep() {
        nextSweep = turn.advanced(by: Self.deadlineGrain)
        for index in seats.indices {
            if let deadline = seats[index].waiter?.deadline, deadline <= turn { wake(Int32(index), .timedOut) }
        }
    }

    private func wakeIdle() {
        defer { turn = .now() }
        for index in seats.indices {
            guard let waiter = seats[index].waiter, waiter.isIdle else { continue }
            let descriptor = Int32(index)
            wake(descriptor, waiter.isReader ? room.receive(from: descriptor).wakeup ?? .stopping : .stopping)
        }
    }

    /// The kernel has news of a descriptor: reads for the one who waits for bytes, and wakes it.
    private func welcome(_ descriptor: Int32, isEnd: Bool) {
        let index = Int(descriptor)
        guard let isReader = seats[index].waiter?.isReader else {
            if seats[index].registered == .read { return seats[index].hasNews = true }
            // Nobody wants this news now; without this it would be repeated for ever.
            epoll.remove(descriptor)
            seats[index].registered = []
            return
        }
        guard isReader else { return wake(descriptor, .ready) }
        let taken = take(from: descriptor)
        // The end stands behind the bytes that were announced with it.
        if isEnd { seats[index].hasNews = true }
        if let taken { wake(descriptor, taken) }
    }

    /// Reads once. What filled the room may not have been all.
    private func take(from descriptor: Int32) -> Wakeup? {
        let (taken, isFull) = room.receive(from: descriptor)
        if isFull { seats[Int(descriptor)].hasNews = true }
        return taken
    }

    private func wake(_ descriptor: Int32, _ wakeup: Wakeup) {
        guard let waiter = seats[Int(descriptor)].waiter.take() else { return }
        unsafe waiter.continuation.resume(returning: wakeup)
    }
}
