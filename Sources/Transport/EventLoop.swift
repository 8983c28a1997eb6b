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

    private let queue: DispatchQueue
    private let epoll: Epoll
    private let inbox = Mutex<[UnownedJob]>([])
    private let isStopping = Atomic(false)
    private let isDraining = Atomic(false)
    private let thread = Atomic<UInt>(0)
    /// How many connections live here: what the listener balances by.
    let connections = Atomic(0)

    private var ready: [UnownedJob] = []
    private var seats = SeatTable()
    /// Connections that have been read from in this turn, and are to go on.
    private var arrived = Arrivals()
    /// Connections whose tasks have not begun yet; which task has which is the same.
    private var unfinished: [any RestingConnection] = []
    /// Whose news is read in the next turn, after that of others: nobody who always has more holds them up.
    private var unread: [Int32] = []
    /// Tasks that let all others go first who are ready.
    private var aside: [CheckedContinuation<Void, Never>] = []
    private var nextSweep = Deadline.now()
    /// When this turn had read from every connection that was ready: no byte of it arrived later.
    private(set) var turn = Deadline.now()
    private let intake = ReceivingRoom()

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
        guard !isDraining.exchange(true, ordering: .acquiringAndReleasing) else { return }
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

    /// Lets the loop have a turn: whoever has much to do does it in portions, and holds up nobody for longer than one.
    func stepAside() async {
        await withCheckedContinuation { aside.append($0) }
    }

    /// Waits idly for bytes of a connection, without a task, and has it go on with them; lets go of it when none come.
    func rest(_ descriptor: Int32, until deadline: Deadline, as connection: any RestingConnection) {
        if isStoppingConnections {
            // What has arrived by now is still served.
            defer { turn = .now() }
            guard case .bytes(let bytes) = intake.receive(from: descriptor).wakeup else { return }
            return arrived.append(connection, with: bytes)
        }
        seat(Waiter(party: .connection(connection), deadline: deadline, isIdle: true), at: descriptor, for: .read)
    }

    /// Forgets a descriptor that is about to be closed; the kernel does so by itself.
    func forget(_ descriptor: Int32) {
        seats.forget(descriptor)
    }

    private func park(
        _ descriptor: Int32, for interest: Epoll.Interest, until deadline: Deadline, isIdle: Bool, isReader: Bool
    ) async -> Wakeup {
        if isIdle, isStoppingConnections {
            // What has arrived by now is still served.
            defer { turn = .now() }
            return isReader ? intake.receive(from: descriptor).wakeup ?? .stopping : .stopping
        }
        // A peer with news in every turn would else never be among those whose deadlines are looked at.
        guard deadline > turn else { return .timedOut }
        return await unsafe withUnsafeContinuation { continuation in
            unsafe seat(
                Waiter(party: .task(continuation, isReader: isReader), deadline: deadline, isIdle: isIdle),
                at: descriptor, for: interest)
        }
    }

    private func seat(_ waiter: consuming Waiter, at descriptor: Int32, for interest: Epoll.Interest) {
        switch seats.sit(waiter, at: descriptor, for: interest) {
        case .watched: return
        case .hasNews: unread.append(descriptor)
        case .unwatched(let watched): watch(descriptor, for: interest, insteadOf: watched)
        }
    }

    /// Has the kernel look at a descriptor. Most waits find it doing so already, and cost no system call.
    private func watch(_ descriptor: Int32, for interest: Epoll.Interest, insteadOf before: Epoll.Interest) {
        do throws(TransportError) {
            if before.isEmpty {
                try epoll.add(descriptor, interest)
            } else {
                try epoll.modify(descriptor, interest)
            }
            seats.watch(descriptor, for: interest)
        } catch {
            guard case .system(_, let number) = error, let waiter = seats.take(descriptor) else { return }
            wake(waiter, .failed(errno: number))
        }
    }
}

// MARK: - The loop

extension EventLoop {
    private func run() {
        thread.store(pthread_self(), ordering: .relaxed)
        var events = Epoll.Events()
        var room = Room()
        let executor = unsafe asUnownedTaskExecutor()
        takeInbox()
        while true {
            unsafe runReady(in: &room, on: executor)
            guard !isStopping.load(ordering: .acquiring) else { return thread.store(0, ordering: .relaxed) }
            let rang = epoll.wait(milliseconds: patience(), events: &events) { welcome($0, isEnd: $1) }
            welcomeUnread()
            welcomeAside()
            turn = .now()
            if rang { takeInbox() }
            if turn >= nextSweep { sweep() }
        }
    }

    /// Room that each turn uses again. It is empty in between.
    private struct Room {
        var arrivals = Arrivals()
        var jobs: [UnownedJob] = []
    }

    /// Lets all go on who can, and who can then.
    private func runReady(in room: inout Room, on executor: UnownedTaskExecutor) {
        while !arrived.isEmpty || !ready.isEmpty {
            swap(&room.arrivals, &arrived)
            room.arrivals.goOn { finish($0) }
            swap(&room.jobs, &ready)
            for job in room.jobs { unsafe job.runSynchronously(on: executor) }
            room.jobs.removeAll(keepingCapacity: true)
        }
    }

    private func finish(_ connection: any RestingConnection) {
        unfinished.append(connection)
        spawn { await self.unfinished.popLast()?.finish() }
    }

    private func takeInbox() {
        ready += inbox.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
    }

    private func patience() -> Int32 {
        guard unread.isEmpty && aside.isEmpty else { return 0 }
        // Whoever else waits here, the listener, has no deadline.
        guard connections.load(ordering: .relaxed) > 0 else { return -1 }
        return Int32(nextSweep.nanoseconds(since: .now()) / 1_000_000) + 1
    }

    private func sweep() {
        nextSweep = turn.advanced(by: Self.deadlineGrain)
        for descriptor in seats.descriptors where seats.isDue(descriptor, by: turn) {
            if let waiter = seats.take(descriptor) { wake(waiter, .timedOut) }
        }
    }

    private func wakeIdle() {
        defer { turn = .now() }
        for descriptor in seats.descriptors where seats.isIdle(descriptor) {
            guard let waiter = seats.take(descriptor) else { continue }
            wake(waiter, waiter.isReader ? intake.receive(from: descriptor).wakeup ?? .stopping : .stopping)
        }
    }

    /// The kernel has news of a descriptor: reads for the one who waits for bytes, and wakes it.
    private func welcome(_ descriptor: Int32, isEnd: Bool) {
        switch seats.hear(of: descriptor, isEnd: isEnd) {
        case .wanted(let waiter):
            guard waiter.isReader else { return wake(waiter, .ready) }
            let (taken, isFull) = intake.receive(from: descriptor)
            // What filled the room may not have been all.
            if isFull { seats.keepNews(of: descriptor) }
            guard let taken else { return seats.sitOn(waiter, at: descriptor) }
            wake(waiter, taken)
        case .kept: return
        case .unwanted: epoll.remove(descriptor)
        }
    }

    private func welcomeUnread() {
        guard !unread.isEmpty else { return }
        let again = exchange(&unread, with: [])
        for descriptor in again { welcome(descriptor, isEnd: false) }
    }

    private func welcomeAside() {
        guard !aside.isEmpty else { return }
        for task in exchange(&aside, with: []) { task.resume() }
    }

    private func wake(_ waiter: consuming Waiter, _ wakeup: consuming Wakeup) {
        switch waiter.party {
        case .task(let continuation, _): unsafe continuation.resume(returning: wakeup)
        case .connection(let connection):
            switch consume wakeup {
            case .bytes(let bytes): arrived.append(connection, with: bytes)
            case .failed(let number): connection.fail(.ofConnection(errno: number))
            case .ready, .ended, .timedOut, .stopping: return
            }
        }
    }
}
