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
        if let wanted = try exchange.condition(.ifMatch), !wanted.isMet(by: current.version) {
            throw StorageError.preconditionFailed(current: current.version)
        }
        if let condition = try exchange.condition(.ifNoneMatch), condition.isMet(by: current.version) {
            var response = Response(.notModified, content: current.body ?? [])
            response.describe(current)
            return response
        }
        return .version(current, .ok, preferring: nil)
    }
}
