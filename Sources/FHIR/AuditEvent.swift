package import JSON

/// A record of something that matters for security (R4, AuditEvent 4.0.1). It holds names and ids, never a value.
///
/// Changes of resources keep the IHE profile *Basic Audit Log Patterns* 1.1.4 (BALP) for their interaction; an event
/// that failed cannot, since the profiles are of what succeeded. The last subtype is always the most specific code.
package struct AuditEvent: Sendable {
    /// The codes of http://hl7.org/fhir/audit-event-outcome that occur here.
    package enum Outcome: String, Sendable {
        case success = "0"
        /// The request's fault, "often equivalent to an HTTP 400 response".
        case minorFailure = "4"
        /// The server's fault, "often equivalent to an HTTP 500 response".
        case seriousFailure = "8"
    }

    /// What kind of thing was done: C, R, U, D, or E for whatever else.
    enum Action: String {
        case create = "C"
        case read = "R"
        case update = "U"
        case delete = "D"
        case execute = "E"
    }

    private let type: AuditCode
    private let subtypes: [AuditCode]
    private let action: Action
    private let recorded: Instant
    private let outcome: Outcome
    /// Why it came out so, in a sentence.
    private let explanation: String?
    /// Never empty: R4 wants at least one.
    private let agents: [Agent]
    /// The machine that recorded it.
    private let site: String
    private let entities: [Entity]
    private var profile: String?

    /// A RESTful interaction with a resource.
    package init(
        _ interaction: Interaction, at recorded: Instant, _ outcome: Outcome = .success, because explanation: String?,
        by requestor: Requestor, on server: Server, request: String, resource: Entity
    ) {
        self.init(
            .restfulOperation, [.restful(interaction)], interaction.action, at: recorded, outcome,
            because: explanation,
            agents: [
                Agent(interaction.roleOfClient, requestor), Agent(interaction.roleOfServer, server),
            ], site: server.site, entities: [.request(request), resource])
        if outcome == .success { profile = interaction.profile }
    }

    /// The same, of the server's own accord: it is on both sides, and there is no request.
    package init(
        byItself interaction: Interaction, at recorded: Instant, _ outcome: Outcome, because explanation: String,
        on server: Server, resource: Entity
    ) {
        self.init(
            .restfulOperation, [.restful(interaction)], interaction.action, at: recorded, outcome,
            because: explanation,
            agents: [
                Agent(interaction.roleOfClient, server, isRequestor: true), Agent(interaction.roleOfServer, server),
            ], site: server.site, entities: [resource])
        if outcome == .success { profile = interaction.profile }
    }

    /// Something else that a request came to: a login, tried or done.
    package init(
        login code: AuditCode, at recorded: Instant, _ outcome: Outcome, because explanation: String?,
        by requestor: Requestor, on server: Server, request: String, secret: Entity?
    ) {
        self.init(
            .userAuthentication, [.login, code], .execute, at: recorded, outcome, because: explanation,
            agents: [Agent(.sourceRole, requestor), Agent(.destinationRole, server)], site: server.site,
            entities: [.request(request)] + (secret.map { [$0] } ?? []))
    }

    /// Something that the server noticed by itself.
    package init(
        alert kind: AuditCode, _ code: AuditCode, at recorded: Instant, _ outcome: Outcome = .success,
        because explanation: String? = nil, on server: Server, entities: [Entity]
    ) {
        self.init(
            .securityAlert, [kind, code], .execute, at: recorded, outcome, because: explanation,
            agents: [Agent(.application, server)], site: server.site, entities: entities)
    }

    private init(
        _ type: AuditCode, _ subtypes: [AuditCode], _ action: Action, at recorded: Instant, _ outcome: Outcome,
        because explanation: String?, agents: [Agent], site: String, entities: [Entity]
    ) {
        self.type = type
        self.subtypes = subtypes
        self.action = action
        self.recorded = recorded
        self.outcome = outcome
        self.explanation = explanation
        self.agents = agents
        self.site = site
        self.entities = entities
    }

    /// The resource as compact JSON and a newline: one line, since JSON escapes those in its strings.
    package var line: [UInt8] {
        var bytes = json.serialized
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// The resource.
    package var json: JSONValue {
        var object = JSONObject()
        object["resourceType"] = "AuditEvent"
        if let profile { object["meta"] = ["profile": [.string(profile)]] }
        object["type"] = type.json
        object["subtype"] = .array(subtypes.map(\.json))
        object["action"] = .string(action.rawValue)
        object["recorded"] = .string(recorded.text)
        object["outcome"] = .string(outcome.rawValue)
        if let explanation { object["outcomeDesc"] = .string(explanation) }
        object["agent"] = .array(agents.map(\.json))
        object["source"] = [
            "site": .string(site), "observer": ["display": .string(Server.name)],
            "type": [AuditCode.applicationServer.json],
        ]
        if !entities.isEmpty { object["entity"] = .array(entities.map(\.json)) }
        return .object(object)
    }
}
