internal import FHIR
internal import HTTP
internal import Storage

/// One FHIR interaction on the resource type, and the id, of the request's path. Who may perform it was settled before.
protocol Interaction: Sendable {
    func respond(to exchange: Exchange) async throws -> Response
}

/// One that is answered from memory and never waits.
protocol PromptInteraction: Interaction {
    func respond(to exchange: Exchange) throws -> Response
}

/// The media type of all resources.
let fhirJSON: StaticString = "application/fhir+json"

extension Exchange {
    func resourceType() throws(Refusal) -> ResourceType {
        guard let type else { throw .unknownType }
        return type
    }

    /// The resource that the path names. An id outside R4's pattern can name none.
    func resourceKey() throws(Refusal) -> ResourceKey {
        let type = try resourceType()
        guard let id = instance else {
            let rule = "An id has 1 to 64 characters out of A-Z a-z 0-9 - . and nothing else."
            throw request.method == .put
                ? Refusal(.badRequest, .value, "The id in the URL is not valid. \(rule)")
                : Refusal(.notFound, .notFound, "\(type.name) with such an id cannot exist. \(rule)")
        }
        return ResourceKey(type: type, id: id)
    }

    func preferences() -> Preferences {
        Preferences(request.head.fields.texts(.prefer))
    }

    /// The request depends on what the server has, so far as its fields say.
    var isConditional: Bool {
        request.head.fields.has(.ifNoneMatch) || request.head.fields.has(.ifMatch)
            || request.head.fields.has(.ifModifiedSince) || request.head.fields.has(.ifUnmodifiedSince)
    }

    /// The condition in `If-Match` or `If-None-Match`, if there is one.
    func condition(_ name: FieldName) throws(FHIRError) -> VersionCondition? {
        guard request.head.fields.has(name) else { return nil }
        let values = request.head.fields.texts(name)
        return try VersionCondition(values, of: name.text)
    }
}

extension Response {
    /// A resource in one of its versions, or as much of it as the client prefers (R4 http.html#ops).
    static func version(_ stored: StoredVersion, _ status: Status, preferring preference: Preferences.Return?)
        -> Response
    {
        var response: Response
        switch preference {
        case .minimal:
            response = Response(status)
        case .operationOutcome:
            response = .outcome(
                status, .init(.informational, "Stored as version \(stored.version).", severity: .information))
        case .representation, nil:
            response = Response(status, content: stored.body ?? [], type: fhirJSON)
        }
        response.describe(stored)
        return response
    }

    static func outcome(_ status: Status, _ issue: OperationOutcome.Issue) -> Response {
        Response(status, content: OperationOutcome(issue).serialized, type: fhirJSON)
    }

    /// The validators of a version (RFC 9110 §8.8).
    mutating func describe(_ stored: StoredVersion) {
        version = stored.version
        lastModified = HTTPDate(secondsSinceEpoch: stored.lastUpdated.milliseconds / 1_000)
    }
}
