/// Who waits for which descriptor, and what the kernel was asked about it and has said.
struct SeatTable {
    private struct Seat {
        var waiter: Waiter?
        /// For what the kernel was asked to look.
        var registered: Epoll.Interest = []
        /// The kernel has announced bytes, or an end, that may not have been read yet; it will not do so again.
        var hasNews = false
    }

    /// What news of a descriptor means to who waits for it.
    enum News {
        case forReader
        case forOther
        /// It is kept until somebody comes to read.
        case kept
        /// The kernel would say it again and again, and is to look elsewhere.
        case unwanted
    }

    /// By descriptor.
    private var seats: [Seat] = []

    var descriptors: Range<Int32> { 0..<Int32(seats.count) }

    /// Who waits for this descriptor and goes on now.
    mutating func take(_ descriptor: Int32) -> Waiter? {
        seats[Int(descriptor)].waiter.take()
    }

    /// Has `waiter` wait for what the kernel was asked about; answers whether it has said it already.
    mutating func sit(_ waiter: consuming Waiter, at descriptor: Int32) -> Bool {
        let index = Int(descriptor)
        let isNews = seats[index].hasNews && waiter.isReader
        if isNews { seats[index].hasNews = false }
        seats[index].waiter = waiter
        return isNews
    }

    func registered(_ descriptor: Int32) -> Epoll.Interest {
        let index = Int(descriptor)
        return index < seats.count ? seats[index].registered : []
    }

    /// The kernel was asked about something else, and has looked anew.
    mutating func register(_ descriptor: Int32, for interest: Epoll.Interest) {
        let index = Int(descriptor)
        while seats.count <= index { seats.append(Seat()) }
        seats[index].registered = interest
        seats[index].hasNews = false
    }

    /// The kernel has news of a descriptor. Where that is an end, it stands behind the bytes that were announced with
    /// it.
    mutating func hear(of descriptor: Int32, isEnd: Bool) -> News {
        let index = Int(descriptor)
        guard let isReader = seats[index].waiter?.isReader else {
            guard seats[index].registered == .read else {
                seats[index].registered = []
                return .unwanted
            }
            seats[index].hasNews = true
            return .kept
        }
        if isReader, isEnd { seats[index].hasNews = true }
        return isReader ? .forReader : .forOther
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

    /// Whether who waits is idle; whether it is a reader.
    func idle(_ descriptor: Int32) -> (isIdle: Bool, isReader: Bool) {
        guard let waiter = seats[Int(descriptor)].waiter else { return (false, false) }
        return (waiter.isIdle, waiter.isReader)
    }
}
