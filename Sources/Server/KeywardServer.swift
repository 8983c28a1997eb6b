internal import Access
internal import FHIR
internal import Glibc
internal import HTTP
package import Logging
internal import Storage
internal import Synchronization
internal import Telemetry
internal import Transport
internal import Vault

/// The whole server: builds every room from the settings, and is the one place where they meet.
package final class KeywardServer: Sendable {
    /// Connections that may be open to the ops port, beside those of the main port; further ones are closed as they
    /// come. They take descriptors that `DescriptorBudget` keeps free.
    static let opsConnections = 16

    private let settings: Settings
    private let descriptors: DescriptorBudget
    private let connectionLimit: Int
    private let logger: Logger
    private let store: any ResourceStore
    private let recovery: Recovery?
    private let loops: [EventLoop]
    private let sockets: SocketServer
    /// Apart from the others, so that probes and metrics are answered when those are at their limits.
    private let opsSockets: SocketServer
    let front: Front
    let opsFront: Front
    /// Nothing where TLS is off.
    private let entrance: TLSEntrance?
    private let probes: Probes
    private let health: Health
    private let vault: SecretResolver
    private let watch: VaultWatch
    /// Until it is applied.
    private let initBundle: Mutex<InitBundle?>
    private let watching = Mutex<Task<Void, Never>?>(nil)
    /// Nothing where no audit log is set.
    private let audit: Audit?

    /// Opens vault config, init bundle and store; blocks while they are read.
    package init(_ settings: Settings, version: String, logger: Logger) throws(StartFault) {
        let eventLoops = max(1, settings.eventLoops ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        descriptors = DescriptorBudget(limit: raiseDescriptorLimit(), loops: eventLoops)
        connectionLimit = min(settings.limits.connections, descriptors.connections)
        let configFile = settings.vaultConfig.map { VaultConfigFile($0, files: PosixFiles()) }
        let config = try Self.load(configFile, settings)
        let rootSecret = settings.rootSecret.map { SecretName($0) }
        if let rootSecret, let obstacle = config.obstacle(to: rootSecret, for: .root) {
            throw .rootSecret(name: rootSecret.text, reason: "\(obstacle)")
        }
        initBundle = Mutex(try Self.initBundle(settings))
        let registry = MetricRegistry()
        let (store, recovery) = try Self.open(settings, StoreEvents(registry, logger))
        let audit = try Audit.open(settings, registry: registry, logger: logger)
        let entrance = try TLSEntrance.open(settings, registry, logger)
        let events = VaultEvents(registry, logger, audit: audit)
        vault = SecretResolver(config: config, files: PosixFiles()) {
            try? await Task.sleep(for: $0)
        } rotated: {
            events.rotated($0)
        }
        let follower = configFile.map { file in
            VaultConfigFollower(file, inForce: config) { config in
                rootSecret.flatMap { config.obstacle(to: $0, for: .root) }.map { VaultConfigFault(shutsRootOut: $0) }
            }
        }
        watch = VaultWatch(vault, follower: follower, events: events)
        watch.publish(in: registry)
        let names = RequestNames(random: .random(in: .min ... .max))
        let directory = ClientDirectory(store)
        let probes = Probes(store: store)
        health = Health(
            store: store, directory: directory, vault: vault, watch: watch, rootSecret: rootSecret, audit: audit,
            tls: entrance?.credentials, version: version)
        let capabilities = Capabilities(version: version, started: wallClock())
        let writing = Writing(nesting: settings.nesting, vault: vault, logger: logger) { LogicalID.random() }

        let routes: [Route] = [
            .open("/fhir/metadata") { capabilities.respond(to: $0) },
            .resources(
                "/fhir/{type}",
                [.get: SearchType(store: store), .post: Create(store: store, writing: writing, audit: audit)]),
            .form("/fhir/{type}/_search", SearchType(store: store)),
            .resources(
                "/fhir/{type}/{id}",
                [
                    .get: Read(store: store), .put: Update(store: store, writing: writing, audit: audit),
                    .delete: Delete(store: store, audit: audit),
                ]),
            .resources("/fhir/{type}/{id}/_history", [.get: HistoryInstance(store: store)]),
            .resources("/fhir/{type}/{id}/_history/{vid}", [.get: VRead(store: store)]),
            .plain("/health") { [health] in await health.respond() },
            .plain("/livez") { probes.live() },
            .plain("/readyz") { probes.ready() },
        ]
        let opsRoutes: [Route] = [
            .plain("/livez") { probes.live() },
            .plain("/readyz") { probes.ready() },
            .plain("/metrics") { Response(.ok, content: registry.render(), type: MetricRegistry.mediaType) },
        ]
        let authentication = Authentication(
            authenticator: Authenticator(
                secrets: vault, rootSecret: rootSecret, client: { directory.account($0) }),
            uses: SecretUses(registry, logger))
        let outcomes = Outcomes(denials: Denials(registry, logger), logger: logger)
        let measuring = Measuring(routes + opsRoutes, registry, logger)
        func makeFront(_ routes: [Route]) -> Front {
            Front(
                names: names, routing: Routing(routes), authentication: authentication, outcomes: outcomes,
                measuring: measuring, logger: logger, audit: audit)
        }
        front = makeFront(routes)
        opsFront = makeFront(opsRoutes)

        do throws(TransportError) {
            loops = try (0..<eventLoops).map { index throws(TransportError) in
                try EventLoop(label: "keyward.loop.\(index)")
            }
        } catch {
            throw .system("\(error)")
        }
        let refused = RefusedConnections(registry, logger)
        sockets = SocketServer(
            loops: loops, connections: connectionLimit,
            connectionsFromOneAddress: settings.limits.connectionsFromOneAddress, refused: refused.note)
        opsSockets = SocketServer(
            loops: loops, connections: Self.opsConnections, connectionsFromOneAddress: nil, refused: refused.noteOps)
        registry.gauge("keyward_connections", help: "Open connections, without those to the ops port.") { [sockets] in
            Int64(sockets.connections)
        }
        registry.gauge("keyward_connections_limit", help: "Connections that may be open.") { [connectionLimit] in
            Int64(connectionLimit)
        }
        registry.gauge("keyward_store_writable", help: "1 while the store takes writes, 0 while it refuses them.") {
            store.condition == .writable ? 1 : 0
        }
        registry.gauge("keyward_build_info", help: "Always 1.", labels: ["version": version]) { 1 }
        self.settings = settings
        self.logger = logger
        self.store = store
        self.recovery = recovery
        self.entrance = entrance
        self.probes = probes
        self.audit = audit
    }

    /// Applies the init bundle and takes connections from then on; the log line `listening` names the ports.
    package func listen() async throws(StartFault) {
        let applied = try await initBundle.withLock { $0.take() }?.apply(to: store, settings, audit)
        for loop in loops { loop.start() }
        var fields: Logger.Metadata = [
            "host": "\(settings.host)", "event_loops": .stringConvertible(loops.count),
            "descriptors": .stringConvertible(descriptors.limit),
        ]
        fields["tls"] = .stringConvertible(entrance != nil)
        fields["port"] = .stringConvertible(try listen(on: settings.port, front, isOps: false))
        if let port = settings.opsPort {
            fields["ops_port"] = .stringConvertible(try listen(on: port, opsFront, isOps: true))
        }
        report()
        applied?.report(to: logger, vault)
        logger.info("listening", metadata: fields)
        // Its first look writes into the log what is wrong with which secret.
        watching.withLock { [watch, entrance] in
            $0 = Task.detached {
                async let tls: Void? = entrance?.credentials.run()
                await watch.run()
                await tls
            }
        }
    }

    /// Opens the audit log's file anew, after whoever rotates it has moved it away.
    package func reopenAuditLog() async {
        guard let audit else { return }
        do throws(AuditFault) {
            try await audit.reopen()
            logger.info("audit log opened anew")
        } catch {
            logger.error(
                "the audit log cannot be opened anew; the file before is still used",
                metadata: ["error": "\(error)"])
        }
    }

    /// Takes no more connections, lets requests in flight finish within the drain time-out, and closes store and
    /// audit log. Blocks.
    package func stop() async {
        probes.stop()
        watching.withLock { $0?.cancel() }
        let started = ContinuousClock.now
        let left = [sockets, opsSockets].reduce(0) { left, sockets in
            left + sockets.drain(max(.zero, settings.limits.drainTimeout - started.duration(to: .now)))
        }
        if left > 0 {
            logger.warning(
                "gave up requests in flight when the drain time-out was over",
                metadata: ["connections": .stringConvertible(left)])
        }
        await store.close()
        await audit?.close()
        for loop in loops { loop.stop() }
    }

    private func listen(on port: UInt16, _ front: Front, isOps: Bool) throws(StartFault) -> UInt16 {
        // The ops listener is for those inside: plain HTTP.
        let entrance = isOps ? nil : entrance
        let service = HTTPService(
            limits: settings.limits, scheme: entrance == nil ? .http : .https, responder: front,
            fields: entrance == nil ? [:] : TLSEntrance.fields
        ) { wallClock().milliseconds / 1_000 }
        do throws(TransportError) {
            return try (isOps ? opsSockets : sockets).listen(
                host: settings.host, port: port, onlyLoopback: settings.rootSecret == nil
            ) { connection in
                guard let entrance else { return await service.serve(connection) }
                await entrance.serve(connection, service)
            }.port
        } catch .cannotListen(_, _, let reason) {
            throw .address(host: settings.host, port: port, reason: reason, isOps: isOps)
        } catch {
            throw .system("\(error)")
        }
    }

    private static func load(_ file: VaultConfigFile?, _ settings: Settings) throws(StartFault) -> VaultConfig {
        do throws(VaultConfigFaults) {
            return try file?.load() ?? .none
        } catch {
            throw .vaultConfig(path: settings.vaultConfig ?? "", faults: error.faults)
        }
    }

    private static func initBundle(_ settings: Settings) throws(StartFault) -> InitBundle? {
        guard let path = settings.initBundle else { return nil }
        do throws(InitBundleFault) {
            return try InitBundle(path, nesting: settings.nesting, files: PosixFiles())
        } catch {
            throw .initBundle(path: path, faults: error.lines)
        }
    }

    private static func open(
        _ settings: Settings, _ events: StoreEvents
    ) throws(StartFault) -> (any ResourceStore, Recovery?) {
        switch settings.store {
        case .memory:
            return (MemoryStore(history: settings.storeHistory, clock: wallClock), nil)
        case .folder(let folder):
            var compaction = CompactionSettings()
            compaction.history = settings.storeHistory
            compaction.report = { events.compacted($0) }
            do throws(StorageError) {
                return try JournalStore.open(
                    folder, compaction: compaction, changed: { events.changed($0) }, clock: wallClock)
            } catch {
                throw .store(folder: folder, error)
            }
        }
    }

    /// What an operator should know of the start; said once it has succeeded, since one that fails says one line.
    private func report() {
        if let recovery {
            logger.info(
                "store opened",
                metadata: [
                    "file": "\(recovery.file)", "commits": .stringConvertible(recovery.commits),
                    "resources": .stringConvertible(recovery.resources),
                ])
            if recovery.cutBytes > 0 {
                logger.warning(
                    "cut a torn tail off the store: a write that was never acknowledged",
                    metadata: ["file": "\(recovery.file)", "bytes": .stringConvertible(recovery.cutBytes)])
            }
        }
        if connectionLimit < settings.limits.connections {
            logger.warning(
                "fewer connections than set: each takes a descriptor; raise the process's limit of them (ulimit -n)",
                metadata: [
                    "max_connections": .stringConvertible(settings.limits.connections),
                    "connections": .stringConvertible(connectionLimit),
                    "descriptors": .stringConvertible(descriptors.limit),
                    "reserve": .stringConvertible(descriptors.reserve),
                ])
        }
        if settings.rootSecret == nil {
            logger.warning(
                "tutorial mode: this machine may manage system resources without credentials; a root secret ends it"
            )
        }
    }
}
