/// How many connections the limit of open descriptors has room for. Some are kept free of them: without a descriptor
/// no secret that has changed can be read, and every client of it would be denied.
package struct DescriptorBudget: Sendable {
    /// The process's limit of open descriptors.
    package let limit: Int
    /// Kept free of connections: standard streams, listeners and the few connections of operators, store, audit log,
    /// the runtime's timers, files that are opened to be read, and what each event loop needs. Half of the limit where
    /// that is less.
    package let reserve: Int

    private static let reserveInAll = 64
    private static let reserveByLoop = 4

    package init(limit: UInt64, loops: Int) {
        self.limit = Int(clamping: limit)
        reserve = min(Self.reserveInAll + Self.reserveByLoop * loops, self.limit / 2)
    }

    /// The most connections that may be open; at least one.
    package var connections: Int { max(1, limit - reserve) }
}
