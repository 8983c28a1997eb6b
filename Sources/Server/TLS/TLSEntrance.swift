internal import Glibc
internal import HTTP
internal import Logging
internal import Telemetry
internal import Transport
internal import Vault

/// Where connections come in that speak TLS. A handshake that fails is a count and, at level debug, a line: anybody can
/// bring about as many as he likes.
struct TLSEntrance: Sendable {
    let credentials: TLSCredentials
    private let patience: Patience
    private let failures: [HandshakeFault.Reason: Counter]
    private let logger: Logger

    init(_ credentials: TLSCredentials, _ limits: Limits, _ registry: MetricRegistry, _ logger: Logger) {
        self.credentials = credentials
        self.logger = logger
        patience = Patience(limits.tlsHandshakeTimeout)
        let family = registry.counters(
            "keyward_tls_handshake_failures_total", help: "TLS handshakes that failed, by reason.", labels: ["reason"])
        failures = Dictionary(
            uniqueKeysWithValues: HandshakeFault.Reason.allCases.map { ($0, family.series($0.rawValue)) })
    }

    /// Reads the files of the settings; nothing where TLS is off.
    static func open(
        _ settings: Settings, _ registry: MetricRegistry, _ logger: Logger
    ) throws(StartFault) -> TLSEntrance? {
        guard let names = settings.tls.files else { return nil }
        let files = TLSFiles(
            names, isClientCertificateRequired: settings.tls.requiresClientCertificate, files: PosixFiles())
        do throws(TLSFault) {
            // Blocks, since only a start waits, before there is a loop to hold up.
            let credentials = try TLSCredentials(files, registry, logger) { duration in
                usleep(UInt32(duration / .microseconds(1)))
            }
            credentials.publish(in: registry)
            return TLSEntrance(credentials, settings.limits, registry, logger)
        } catch {
            throw .tls(error)
        }
    }

    /// Field lines of every response that leaves here: browsers are to come back by TLS alone (RFC 6797), and to take
    /// nothing of it for a page or a script.
    static let fields: KeyValuePairs<FieldName, String> = [
        .strictTransportSecurity: "max-age=31536000", .xContentTypeOptions: "nosniff",
        .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
    ]

    /// The answer to plain HTTP, which gets none of these fields: over plain HTTP nobody may be told the first (RFC
    /// 6797 §7.2).
    static let plainAnswer = Response.plain(
        .badRequest, "This port speaks TLS: use a URL that begins with https://.")

    /// Serves a connection once TLS is spoken on it.
    func serve(_ connection: consuming Connection, _ service: HTTPService) async {
        var connection = connection
        do throws(HandshakeFault) {
            try await connection.secure(until: connection.now.advanced(by: patience)) {
                service.last(Self.plainAnswer)
            } _: {
                credentials.context()
            }
        } catch {
            note(error, connection.peer)
            return
        }
        await service.serve(connection)
    }

    private func note(_ fault: HandshakeFault, _ peer: Address) {
        failures[fault.reason]?.add()
        guard logger.logLevel <= .debug else { return }
        logger.debug(
            "TLS handshake failed",
            metadata: ["peer": "\(peer)", "reason": "\(fault.reason.rawValue)", "detail": "\(fault.detail)"])
    }
}
