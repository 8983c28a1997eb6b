internal import FHIR
internal import HTTP
internal import Storage

/// [read](http://hl7.org/fhir/R4/http.html#read): the current version of one resource; 304 where the client has it
/// already, 410 where it was deleted.
struct Read: PromptInteraction {
    let store: any ResourceStore

    func respond(to exchange: Exchange) throws -> Response {
        let key = try exchange.resourceKey()
        guard let current = store.current(key) else { throw Refusal.unknown(key) }
        guard current.body != nil else {
            throw Refusal(
                .gone, .deleted, "\(key.text) was deleted as version \(current.version); a PUT would bring it back.")
        }
        guard exchange.isConditional else { return .version(current, .ok, preferring: nil) }
        return try exchange.conditionalResponse(reading: current)
    }
}

extension Exchange {
    /// A version that is there, as far as the request's conditions want it.
    func conditionalResponse(reading stored: StoredVersion) throws -> Response {
        // In this order; a field with a date counts where the one with versions is missing (RFC 9110 §13.2.2).
        let isWanted =
            try condition(.ifMatch)?.isMet(by: stored.version)
            ?? isModified(stored, since: .ifUnmodifiedSince).map { !$0 } ?? true
        guard isWanted else { throw StorageError.preconditionFailed(current: stored.version) }
        let isKnown =
            try condition(.ifNoneMatch)?.isMet(by: stored.version)
            ?? isModified(stored, since: .ifModifiedSince).map { !$0 } ?? false
        guard isKnown else { return .version(stored, .ok, preferring: nil) }
        var response = Response(.notModified, content: stored.body ?? [])
        response.describe(stored)
        return response
    }
}
