internal import Logging
internal import Synchronization
internal import Telemetry
internal import Transport
internal import Vault

/// What new connections speak TLS with: made of the files as they are now, or, while those cannot be used, as they last
/// were when they could.
///
/// Every new connection looks at the files (one `stat` each), so that a swap counts from the next one. Beside that
/// `run` looks every now and then, and tells log and metrics of a fault that lasts: two files that are replaced one
/// after the other do not match for a moment, which is no fault.
final class TLSCredentials: Sendable {
    /// Between two looks without a connection.
    static let pause = Duration.milliseconds(250)
    /// How often a start looks again while the files cannot be used, since a swap may be under way, and the pause
    /// before.
    static let startLooks = 4
    static let startPause = Duration.milliseconds(10)
    /// How long one set of ticket keys is used. Who has one reads the resumed sessions of TLS 1.2 of that while.
    static let ticketPatience = Patience(.seconds(12 * 3_600))

    private struct State {
        var context: TLSContext
        /// What the files were when `context` was made of them.
        var adopted: FileGroup.State
        /// What they were when they were last read, if a change since then must show.
        var judged: FileGroup.State?
        /// What was wrong with them then.
        var fault: TLSFault?
        /// The fault of the look before the last, once two have found it: what was told of.
        var told: TLSFault?
        var previous: TLSFault?
        var tickets: TLSTicketKeys
        var ticketsUntil: Deadline
        var generation: UInt64 = 0
    }

    private let files: TLSFiles
    private let logger: Logger
    private let reloads: MetricFamily<Counter>
    private let now: @Sendable () -> Deadline
    private let current: Mutex<State>

    /// Reads the files, again where somebody seems to be swapping them; blocks for as long as `pause` does.
    init(
        _ files: TLSFiles, _ registry: MetricRegistry, _ logger: Logger,
        now: @escaping @Sendable () -> Deadline = Deadline.now, pause: (Duration) -> Void
    ) throws(TLSFault) {
        self.files = files
        self.logger = logger
        self.now = now
        reloads = registry.counters(
            "keyward_tls_reloads_total",
            help: "TLS files found changed while running: applied, or refused with the last good ones left in force.",
            labels: ["result"])
        for result in ["applied", "refused"] { reloads.series(result) }
        let tickets: TLSTicketKeys
        do throws(TLSCredentialFault) {
            tickets = try TLSTicketKeys()
        } catch {
            throw TLSFault(error, of: files.names)
        }
        let (state, context) = try Self.load(files, tickets, pause)
        current = Mutex(
            State(
                context: context, adopted: state, judged: state.isSettled ? state : nil, tickets: tickets,
                ticketsUntil: now().advanced(by: Self.ticketPatience)))
    }

    private static func load(
        _ files: TLSFiles, _ tickets: TLSTicketKeys, _ pause: (Duration) -> Void
    ) throws(TLSFault) -> (FileGroup.State, TLSContext) {
        for _ in 1..<startLooks {
            if let loaded = try? files.load(tickets) { return loaded }
            pause(startPause)
        }
        return try files.load(tickets)
    }

    /// What a connection that comes now speaks TLS with.
    func context() -> TLSContext {
        follow()
        return current.withLock { $0.context }
    }

    /// What is wrong with the files, told once it lasts; the last good ones are in force meanwhile.
    var fault: TLSFault? { current.withLock { $0.told } }

    /// The codes of what is wrong now, for health.
    /// - Parameter now: in seconds since 1970-01-01T00:00:00Z.
    func faultCodes(at now: Int64) -> [FindingCode] {
        let validity = validity
        return (fault.map { [$0.code] } ?? [])
            + (now < validity.lowerBound ? [.tlsCertificateNotYetValid] : [])
            + (validity.upperBound <= now ? [.tlsCertificateExpired] : [])
    }

    /// When the certificate in force is valid, in seconds since 1970-01-01T00:00:00Z.
    var validity: Range<Int64> { current.withLock { $0.context }.validity }

    /// Looks until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            inspect()
            try? await Task.sleep(for: Self.pause)
        }
    }

    /// A look that tells what has changed since those before it.
    func inspect() {
        renewTickets()
        follow()
        let (fault, told) = current.withLock { state in
            defer { state.previous = state.fault }
            let told = state.told
            if state.fault == state.previous { state.told = state.fault }
            return (state.told, told)
        }
        guard fault != told else { return }
        if let fault {
            reloads.series("refused").add()
            logger.error(
                "the TLS files cannot be used; the last good ones stay in force",
                metadata: [
                    "reason": "\(fault.code.rawValue)", "path": "\(fault.path)", "detail": "\(fault.what)",
                    "remedy": "\(fault.remedy)",
                ])
        } else {
            logger.notice("the TLS files can be used again")
        }
    }

    /// Where several read the files at once, the first to have done so counts, and the others look again: what they saw
    /// may be newer.
    private func follow() {
        while !lookOnce() {}
    }

    /// Reads the files if they are not as they were when they were last read; false when somebody else was faster.
    private func lookOnce() -> Bool {
        let (generation, judged, tickets) = current.withLock { ($0.generation, $0.judged, $0.tickets) }
        let seen = files.state()
        if let seen, seen == judged { return true }
        var loaded: (state: FileGroup.State, context: TLSContext)?
        var fault: TLSFault?
        do throws(TLSFault) { loaded = try files.load(tickets) } catch { fault = error }
        var isFirst = true
        let news: Int64? = current.withLock { state in
            isFirst = state.generation == generation
            guard isFirst else { return nil }
            state.generation += 1
            state.fault = fault
            guard let loaded else {
                state.judged = seen.flatMap { $0.isSettled ? $0 : nil }
                return nil
            }
            state.judged = loaded.state.isSettled ? loaded.state : nil
            state.context = loaded.context
            defer { state.adopted = loaded.state }
            return loaded.state == state.adopted ? nil : loaded.context.validity.upperBound
        }
        guard let news else { return isFirst }
        reloads.series("applied").add()
        logger.notice("TLS files reloaded", metadata: ["certificate_expires": "\(WallTime.seconds(news).rfc3339)"])
        return true
    }

    /// Sessions of before cannot be resumed after it; their clients shake hands in full.
    private func renewTickets() {
        guard current.withLock({ [now] in now() >= $0.ticketsUntil }), let tickets = try? TLSTicketKeys() else {
            return
        }
        current.withLock { [now] state in
            state.tickets = tickets
            state.ticketsUntil = now().advanced(by: Self.ticketPatience)
            state.judged = nil
            // Who reads the files at this moment makes of them what the old keys go with.
            state.generation += 1
        }
    }
}

// MARK: - Metrics

extension TLSCredentials {
    /// The codes that the fault of a running server has.
    static let faultCodes: [FindingCode] = [
        .tlsFileUnreadable, .tlsCertificateFaulty, .tlsKeyFaulty, .tlsKeyMismatch, .tlsClientCAFaulty,
    ]

    /// What holds now, read whenever the metrics are.
    func publish(in registry: MetricRegistry) {
        registry.gauge(
            "keyward_tls_certificate_expiry_timestamp_seconds",
            help: "When the TLS certificate in force ends, in seconds since 1970."
        ) { [self] in validity.upperBound }
        registry.gauges("keyward_tls_faults", help: "What is wrong with the TLS files now.", label: "code") { [self] in
            let fault = fault
            return Self.faultCodes.map { ($0.rawValue, $0 == fault?.code ? 1 : 0) }
        }
    }
}
