internal import FHIR
internal import HTTP

/// Finds the endpoint of a request, and the resource type that its path names.
struct Routing: Sendable {
    private let routes: [Route]
    private let router: Router
    /// Serves `OPTIONS *`: says which methods are served somewhere, and does nothing (RFC 9110 §9.3.7).
    private let wholeServer: Endpoint

    init(_ routes: [Route]) {
        self.routes = routes
        self.router = Router(routes.map { ($0.pattern, $0.methods) })
        let methods = Set(routes.flatMap(\.methods) + [.options])
        wholeServer = Endpoint(admission: .open, speaksFHIR: false) { _ in
            var response = Response(.noContent)
            response.add(.allow, Router.allow(Array(methods)))
            return response
        }
    }

    func endpoint(for exchange: Exchange) throws(Refusal) -> Endpoint {
        let request = exchange.request
        // TRACE sends back what it was sent, credentials too: no path has it (RFC 9110 §9.1, §9.3.8).
        guard request.method != .unknown, request.method != .trace else {
            throw Refusal(.notImplemented, .notSupported, "The method is not one that this server serves anywhere.")
        }
        if request.method == .options, request.target == .server { return wholeServer }
        switch router.match(request.method, request.target) {
        case .undecodable:
            throw Refusal(.badRequest, .invalid, "The path has percent-encoding that does not decode to UTF-8.")
        case .notFound:
            throw .unknownPath
        case .methodNotAllowed(let allow, let parameters):
            try name(parameters, in: exchange)
            throw Refusal(
                .methodNotAllowed, .notSupported,
                "\(request.method.text) is not served at this path; it allows \(allow).", allow: allow)
        case .found(let place, let method, let parameters):
            try name(parameters, in: exchange)
            let route = routes[place]
            exchange.route = route
            return route.endpoints[method]
        }
    }

    /// The first parameter of a pattern is a resource type, the second an id.
    private func name(_ parameters: [String], in exchange: Exchange) throws(Refusal) {
        guard let name = parameters.first else { return }
        guard let type = ResourceType(name) else { throw .unknownType }
        exchange.type = type
        exchange.idText = parameters.count > 1 ? parameters[1] : nil
    }
}
