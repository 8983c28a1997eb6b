/// Follows the file of a vault config while the server runs: a good config comes into force, a bad one changes nothing.
///
/// Whoever owns it calls `look` every now and then; a look at a file that is the same costs one `stat`.
package struct VaultConfigFollower: Sendable {
    /// What a look has found that was not so at the last one.
    package enum News: Equatable, Sendable {
        case adopted(VaultConfig, VaultConfigDifference)
        /// All that is wrong with the file now. The config in force stays in force.
        case refused([VaultConfigFault])
        /// The file holds the config in force again.
        case restored
    }

    package private(set) var inForce: VaultConfig
    /// What is wrong with the file; nothing while it holds the config in force.
    package private(set) var faults: [VaultConfigFault] = []
    private let file: VaultConfigFile
    private let objection: @Sendable (VaultConfig) -> VaultConfigFault?
    /// The state of the file at the last look, and whether it was read in that state.
    private var seen: (identity: FileIdentity, isRead: Bool)?
    /// There was no reading it at the last look.
    private var isMissed = false

    /// - Parameters:
    ///   - inForce: what was loaded from `file` before.
    ///   - objection: why a config that is sound by itself must not come into force.
    package init(
        _ file: VaultConfigFile, inForce: VaultConfig,
        objection: @escaping @Sendable (VaultConfig) -> VaultConfigFault? = { _ in nil }
    ) {
        self.file = file
        self.inForce = inForce
        self.objection = objection
    }

    /// A file that has changed within the last 20 ms may still be being written, and one that cannot be read may be in
    /// the middle of a swap: each is left to the next look, where it counts if it is then the same.
    package mutating func look() -> News? {
        let wasMissed = isMissed
        isMissed = false
        do throws(VaultConfigFaults) {
            let identity = try file.identity()
            let last = seen
            if let last, last.identity == identity, last.isRead { return nil }
            let isSettled = last?.identity == identity || file.isSettled(identity)
            seen = (identity, isSettled)
            guard isSettled else { return nil }
            let config = try file.load()
            if let objection = objection(config) { throw VaultConfigFaults([objection]) }
            return accept(config)
        } catch {
            if error.faults.map(\.code) == [.unreadable] {
                seen = nil
                isMissed = true
                if !wasMissed { return nil }
            }
            if error.faults == faults { return nil }
            faults = error.faults
            return .refused(faults)
        }
    }

    private mutating func accept(_ config: VaultConfig) -> News? {
        let hadFaults = !faults.isEmpty
        faults = []
        if config == inForce { return hadFaults ? .restored : nil }
        let difference = VaultConfigDifference(from: inForce, to: config)
        inForce = config
        return .adopted(config, difference)
    }
}
