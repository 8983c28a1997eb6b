/// Connections that were read from in one turn of a loop, and how they go on: a few gather what they have to say, then
/// that is sent, then it is the turn of the next few. So the code that answers, and the kernel's that sends, each find
/// the processor's caches as they left them (docs/performance.md); and no answer waits for those of more than a few.
struct Arrivals {
    private struct Arrival {
        let connection: any RestingConnection
        var bytes: [UInt8]
        /// Where in the output that of this connection ends.
        var end = 0
        /// Something is left to do that has to wait.
        var waits = false
    }

    /// Connections that go on together, and bytes after which no more of them join.
    private static let together = 16
    private static let mostGathered = 16_384
    /// Room for output that is kept for the next turn.
    private static let mostKept = 131_072

    private var arrivals: [Arrival] = []
    private var output: [UInt8] = []

    var isEmpty: Bool { arrivals.isEmpty }

    mutating func append(_ connection: any RestingConnection, with bytes: consuming [UInt8]) {
        arrivals.append(Arrival(connection: connection, bytes: bytes))
    }

    /// Has all of them go on, and hands out those that cannot without waiting; then there are none.
    mutating func goOn(waiting: (any RestingConnection) -> Void) {
        var next = 0
        while next < arrivals.count {
            let first = next
            repeat {
                // Nobody else may hold them: they may be credentials, and are overwritten in the end.
                let bytes = exchange(&arrivals[next].bytes, with: [])
                arrivals[next].waits = arrivals[next].connection.goOn(with: bytes, gathering: &output)
                arrivals[next].end = output.count
                next += 1
            } while next < arrivals.count && next - first < Self.together && output.count < Self.mostGathered
            send(first..<next, waiting: waiting)
        }
        arrivals.removeAll(keepingCapacity: true)
    }

    private mutating func send(_ few: Range<Int>, waiting: (any RestingConnection) -> Void) {
        var start = 0
        for index in few {
            let (connection, end) = (arrivals[index].connection, arrivals[index].end)
            if arrivals[index].waits || connection.send(output.span.extracting(start..<end)) { waiting(connection) }
            start = end
        }
        output.removeAll(keepingCapacity: output.capacity <= Self.mostKept)
    }
}
