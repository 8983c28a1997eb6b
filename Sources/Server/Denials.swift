internal import Access
internal import FHIR
internal import HTTP
internal import Logging
internal import Telemetry
internal import Transport
internal import Vault

/// Answers denied requests, and writes down why: one line and one count each. The response never tells.
struct Denials: Sendable {
    private let counters: [DenialReason: Counter]
    private let forbidden: Counter
    private let logger: Logger
    private let challenge: Response

    init(_ registry: MetricRegistry, _ logger: Logger) {
        let family = registry.counters("keyward_denials_total", help: "Denied requests by reason.", labels: ["reason"])
        counters = Dictionary(uniqueKeysWithValues: DenialReason.allCases.map { ($0, family.series($0.rawValue)) })
        forbidden = family.series("forbidden")
        self.logger = logger
        var challenge = Response.outcome(
            .unauthorized,
            .init(
                .login,
                "Authenticate with Basic credentials, a Client's id and its secret. The server's log has the reason."
            ))
        // RFC 7617 §2.1.
        challenge.add(.wwwAuthenticate, #"Basic realm="fhir", charset="UTF-8""#)
        self.challenge = challenge
    }

    /// The one 401, the same for every reason.
    func challenge(_ exchange: Exchange, _ denial: Denial) -> Response {
        counters[denial.reason]?.add()
        var fields = Logger.Metadata(minimumCapacity: 4)
        fields["reason"] = .string(denial.reason.rawValue)
        fields["detail"] = .stringConvertible(denial.detail)
        if let client = denial.client { fields["client"] = .string(client.text) }
        if let secret = denial.secret { fields["secret"] = .string(secret.text) }
        logger.notice("authentication denied", metadata: exchange.logFields(fields))
        return challenge
    }

    /// A principal that is known and may not.
    func note(_ exchange: Exchange, _ error: Forbidden) {
        forbidden.add()
        var fields: Logger.Metadata = ["reason": "forbidden", "detail": "\(error.diagnostics)"]
        if case .client(let id) = error.principal { fields["client"] = "\(id.text)" }
        logger.notice("access denied", metadata: exchange.logFields(fields))
    }
}

extension Exchange {
    /// What stands for a path where no route was found: never the path itself, which anyone can choose.
    static let unrouted = "none"

    /// The fields of a log line about this request: what it was and whose, then what there is to say.
    func logFields(_ fields: Logger.Metadata) -> Logger.Metadata {
        // With room for all that a line has, so that one field more does not cost a table more.
        var all = Logger.Metadata(minimumCapacity: 12)
        all["request_id"] = .stringConvertible(id)
        all["method"] = .string(request.method.text)
        all["route"] = .string(routeName)
        all["peer"] = .stringConvertible(request.peer)
        if let type { all["type"] = .string(type.name) }
        all.merge(fields) { $1 }
        return all
    }
}
