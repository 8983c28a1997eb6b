internal import Access
internal import HTTP
internal import Logging
internal import Transport

/// What the wire sees of the house. Every request goes the same way, from the top of `respond` to its bottom; what goes
/// wrong anywhere on it is thrown where it is found and becomes a response here and nowhere else. A class, so that each
/// connection's call of it counts one reference.
final class Front: Responder {
    private let names: RequestNames
    private let routing: Routing
    private let authentication: Authentication
    private let outcomes: Outcomes
    private let measuring: Measuring
    private let logger: Logger
    /// Only where an audit log is set.
    private let audit: Audit?

    init(
        names: RequestNames, routing: Routing, authentication: Authentication, outcomes: Outcomes,
        measuring: Measuring, logger: Logger, audit: Audit? = nil
    ) {
        self.names = names
        self.routing = routing
        self.authentication = authentication
        self.outcomes = outcomes
        self.measuring = measuring
        self.logger = logger
        self.audit = audit
    }

    func respondAtOnce(to request: consuming Request) -> Response? {
        // What goes into the audit log is waited for.
        guard audit == nil else { return nil }
        let id = names.name(for: request)
        let exchange = Exchange(request, id: id)
        do {
            let endpoint = try routing.endpoint(for: exchange)
            guard case .prompt(let serve) = endpoint.service else { return nil }
            if endpoint.admission == .resources {
                guard let login = try authentication.loginAtOnce(of: exchange) else { return nil }
                exchange.principal = login.principal
                try Authorization.check(login.principal, for: exchange)
            }
            if endpoint.speaksFHIR { try Negotiation.check(exchange.request.head, takesForm: endpoint.takesForm) }
            return finish(try serve(exchange), of: exchange)
        } catch {
            return finish(outcomes.response(to: error, of: exchange), of: exchange)
        }
    }

    func respond(to request: Request) async -> Response {
        let exchange = Exchange(request, id: names.name(for: request))
        do {
            let endpoint = try routing.endpoint(for: exchange)
            if endpoint.admission == .resources {
                let login = try await authentication.login(of: exchange)
                exchange.principal = login.principal
                if let use = login.use { try await audit?.used(use, by: exchange) }
                try Authorization.check(login.principal, for: exchange)
            }
            if endpoint.speaksFHIR { try Negotiation.check(request.head, takesForm: endpoint.takesForm) }
            switch endpoint.service {
            case .prompt(let serve): return finish(try serve(exchange), of: exchange)
            case .waiting(let serve): return finish(try await serve(exchange), of: exchange)
            }
        } catch {
            let response = outcomes.response(to: error, of: exchange)
            guard let refusal = await audit?.refusal(noting: error, of: exchange) else {
                return finish(response, of: exchange)
            }
            return finish(outcomes.response(to: refusal, of: exchange), of: exchange)
        }
    }

    private func finish(_ response: consuming Response, of exchange: Exchange) -> Response {
        response.requestName = exchange.id
        measuring.record(exchange, response.status)
        return response
    }

    func note(_ fault: TransportError) {
        logger.error("a connection was lost to a fault of the system", metadata: ["error": "\(fault)"])
    }

    func refuse(_ error: HTTPError) -> Response {
        let id = names.next()
        logger.info(
            "refused what is no request",
            metadata: [
                "request_id": "\(id)", "status": .stringConvertible(error.status.code),
                "reason": "\(error.explanation)",
            ])
        var response = Response.plain(error.status, error.explanation)
        response.requestName = id
        return response
    }
}
