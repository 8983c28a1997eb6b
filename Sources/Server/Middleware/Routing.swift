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
        let allow = Router.allow(Array(methods))
        wholeServer = Endpoint(
            admission: .open, speaksFHIR: false,
            service: .prompt { _ in
                var response = Response(.noContent)
                response.add(.allow, allow)
                return response
            })
    }

    func endpoint(for exchange: Exchange) throws(Refusal) -> Endpoint {
        let head = exchange.request.head
        // TRACE sends back what it was sent, credentials too: no path has it (RFC 9110 §9.1, §9.3.8).
        guard head.method != .unknown, head.method != .trace else {
            throw Refusal(.notImplemented, .notSupported, "The method is not one that this server serves anywhere.")
        }
        if head.method == .options, head.isForServer { return wholeServer }
        var parameters = 0
        let match = router.match(head) { value in
            // The first parameter of a pattern is a resource type, the second an id, the third a version.
            switch parameters {
            case 0: exchange.type = ResourceType(value)
            case 1:
                exchange.isForInstance = true
                exchange.instance = LogicalID(value)
            default: exchange.version = value.versionNumber
            }
            parameters += 1
        }
        guard parameters == 0 || exchange.type != nil else { throw .unknownType }
        switch match {
        case .undecodable:
            throw Refusal(.badRequest, .invalid, "The path has percent-encoding that does not decode to UTF-8.")
        case .notFound:
            throw .unknownPath
        case .methodNotAllowed(let allow):
            throw Refusal(
                .methodNotAllowed, .notSupported,
                "\(head.method.text) is not served at this path; it allows \(allow).", allow: allow)
        case .found(let place, let method):
            let route = routes[place]
            exchange.route = route
            return route.endpoints[method]
        }
    }
}

extension Span<UInt8> {
    /// The number of a version, as it is written here: decimal digits, the first one not a zero.
    fileprivate var versionNumber: Int? {
        guard count > 0, self[0] != UInt8(ascii: "0") else { return nil }
        var number = 0
        for index in indices {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = self[index] else { return nil }
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            guard !isTooLarge else { return nil }
            number = tens &+ Int(self[index] &- UInt8(ascii: "0"))
            guard number >= 0 else { return nil }
        }
        return number
    }
}
