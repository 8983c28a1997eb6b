internal import FHIR
internal import HTTP
internal import Storage

/// [vread](http://hl7.org/fhir/R4/http.html#vread): one version of a resource, the current one or an old one, also of
/// one that was deleted; 304 where the client has it already, 410 where the version is a delete.
struct VRead: Interaction {
    let store: any ResourceStore

    func respond(to exchange: Exchange) async throws -> Response {
        let key = try exchange.resourceKey()
        guard let current = store.current(key) else { throw Refusal.unknown(key) }
        guard let number = exchange.version, number <= current.version else {
            throw Refusal(
                .notFound, .notFound, "\(key.text) has no such version; its versions go from 1 to \(current.version).")
        }
        guard let stored = try await store.version(number, of: key) else {
            throw Refusal(
                .notFound, .notFound,
                "Version \(number) of \(key.text) is not kept any more; its _history lists which are.")
        }
        guard !stored.isDeleted else {
            throw Refusal(.gone, .deleted, "Version \(number) of \(key.text) is its delete.")
        }
        guard exchange.isConditional else { return .version(stored, .ok, preferring: nil) }
        return try exchange.conditionalResponse(reading: stored)
    }
}
