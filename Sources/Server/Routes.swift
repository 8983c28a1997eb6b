internal import HTTP

/// What serves one method of one path.
struct Endpoint: Sendable {
    /// Who is let in.
    enum Admission: Sendable {
        /// Anyone: probes and the capability statement.
        case open
        /// A principal that may perform the interaction on the resource type of the path.
        case resources
    }

    let admission: Admission
    /// Answers in FHIR's media types, and takes content in them.
    var speaksFHIR = true
    /// Takes a form instead of a resource.
    var takesForm = false
    let service: Service

    enum Service: Sendable {
        /// Answers from memory.
        case prompt(@Sendable (Exchange) throws -> Response)
        case waiting(@Sendable (Exchange) async throws -> Response)

        init(_ interaction: any Interaction) {
            if let interaction = interaction as? any PromptInteraction {
                self = .prompt { try interaction.respond(to: $0) }
            } else {
                self = .waiting { try await interaction.respond(to: $0) }
            }
        }
    }
}

/// One path pattern and, by method, what serves it.
final class Route: Sendable {
    let pattern: String
    let methods: [Method]
    let endpoints: [Endpoint]

    /// Interactions on resources, open to those who may.
    static func resources(_ pattern: String, _ interactions: KeyValuePairs<Method, any Interaction>) -> Route {
        Route(
            pattern, methods: interactions.map(\.key),
            interactions.map { Endpoint(admission: .resources, service: .init($0.value)) })
    }

    /// A search whose parameters come as a form.
    static func form(_ pattern: String, _ interaction: any Interaction) -> Route {
        Route(
            pattern, methods: [.post],
            [Endpoint(admission: .resources, takesForm: true, service: .init(interaction))])
    }

    /// A FHIR resource that anyone may get.
    static func open(_ pattern: String, _ serve: @escaping @Sendable (Exchange) throws -> Response) -> Route {
        Route(pattern, methods: [.get], [Endpoint(admission: .open, service: .prompt(serve))])
    }

    /// Something else that anyone may get.
    static func plain(_ pattern: String, _ serve: @escaping @Sendable () async -> Response) -> Route {
        Route(
            pattern, methods: [.get],
            [Endpoint(admission: .open, speaksFHIR: false, service: .waiting { _ in await serve() })])
    }

    private init(_ pattern: String, methods: [Method], _ endpoints: [Endpoint]) {
        self.pattern = pattern
        self.methods = methods
        self.endpoints = endpoints
    }
}
