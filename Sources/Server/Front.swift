internal import Access
internal import HTTP
internal import Logging
internal import Transport

/// What the wire sees of the house. Every request goes the same way, from the top of `respond` to its bottom; what goes
/// wrong anywhere on it is thrown where it is found and becomes a response here and nowhere else.
struct Front: Responder {
    let names: RequestNames
    let routing: Routing
    let authentication: Authentication
    let outcomes: Outcomes
    let measuring: Measuring
    let logger: Logger
    /// Only where an audit log is set.
    var audit: Audit?

    func respond(to request: Request) async -> Response {
        let exchange = Exchange(request, id: names.name(for: request))
        var response: Response
        do {
            let endpoint = try routing.endpoint(for: exchange)
            if endpoint.admission == .resources {
                let login = try await authentication.login(of: exchange)
                exchange.principal = login.principal
                if let use = login.use { try await audit?.used(use, by: exchange) }
                try Authorization.check(login.principal, for: exchange)
            }
            if endpoint.speaksFHIR { try Negotiation.check(request, takesForm: endpoint.takesForm) }
            response =
                switch endpoint.service {
                case .prompt(let serve): try serve(exchange)
                case .waiting(let serve): try await serve(exchange)
                }
        } catch {
            response = outcomes.response(to: error, of: exchange)
            if let refusal = await audit?.refusal(noting: error, of: exchange) {
                response = outcomes.response(to: refusal, of: exchange)
            }
        }
        response.add(.xRequestID) { exchange.id.write(to: &$0) }
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
        response.add(.xRequestID) { id.write(to: &$0) }
        return response
    }
}
