/// Who waits for which descriptor, and what the kernel was asked about it and has said.
struct SeatTable {
    private struct Seat {
        var waiter: Waiter?
        /// What the kernel looks for.
        var watched: Epoll.Interest = []
        /// The kernel has announced bytes, or an end, that may not have been read yet; it will not do so again.
        var hasNews = false
        /// The kernel has announced an end, which is read behind all bytes; it will not do so again.
        var hasEnd = false
    }

    /// What the kernel does about who has just begun to wait.
    enum Watch {
        case watched
        /// It has said already what is waited for.
        case hasNews
        /// It is to be asked; so far it looks for something else.
        case unwatched(Epoll.Interest)
    }

    /// What news of a descriptor means.
    enum News {
        /// Somebody has waited for it, who leaves the seat.
        case wanted(Waiter)
        /// It is kept until somebody comes to read.
        case kept
        /// The kernel would say it again and again, and is to look elsewhere.
        case unwanted
    }

    /// By descriptor.
    private var seats: [Seat] = []

    var descriptors: Range<Int32> { 0..<Int32(seats.count) }

    /// Has `waiter` wait for what the kernel was asked about, or is to be.
    mutating func sit(_ waiter: consuming Waiter, at descriptor: Int32, for interest: Epoll.Interest) -> Watch {
        let index = Int(descriptor)
        while seats.count <= index { seats.append(Seat()) }
        let isNews = waiter.isReader && (seats[index].hasNews || seats[index].hasEnd)
        seats[index].waiter = consume waiter
        guard seats[index].watched == interest else { return .unwatched(seats[index].watched) }
        guard isNews else { return .watched }
        seats[index].hasNews = false
        return .hasNews
    }

    /// Has one wait on whom the news did not reach.
    mutating func sitOn(_ waiter: consuming Waiter, at descriptor: Int32) {
        seats[Int(descriptor)].waiter = waiter
    }

    /// Who waits for this descriptor and goes on now.
    mutating func take(_ descriptor: Int32) -> Waiter? {
        seats[Int(descriptor)].waiter.take()
    }

    /// The kernel was asked about something else, and has looked anew.
    mutating func watch(_ descriptor: Int32, for interest: Epoll.Interest) {
        seats[Int(descriptor)].watched = interest
        seats[Int(descriptor)].hasNews = false
        seats[Int(descriptor)].hasEnd = false
    }

    /// The kernel has news of a descriptor. Where that is an end, it stands behind the bytes that were announced with
    /// it: whoever reads from now on reads until it comes.
    mutating func hear(of descriptor: Int32, isEnd: Bool) -> News {
        let index = Int(descriptor)
        if isEnd { seats[index].hasEnd = true }
        if let waiter = seats[index].waiter.take() { return .wanted(waiter) }
        guard seats[index].watched == .read else {
            seats[index].watched = []
            return .unwanted
        }
        seats[index].hasNews = true
        return .kept
    }

    /// Not all that was announced has been read.
    mutating func keepNews(of descriptor: Int32) {
        seats[Int(descriptor)].hasNews = true
    }

    mutating func forget(_ descriptor: Int32) {
        if descriptors.contains(descriptor) { seats[Int(descriptor)] = Seat() }
    }

    /// Whether the time of who waits is over by `moment`.
    func isDue(_ descriptor: Int32, by moment: Deadline) -> Bool {
        guard let deadline = seats[Int(descriptor)].waiter?.deadline else { return false }
        return deadline <= moment
    }

    /// Whether who waits is idle.
    func isIdle(_ descriptor: Int32) -> Bool { seats[Int(descriptor)].waiter?.isIdle ?? false }
}
