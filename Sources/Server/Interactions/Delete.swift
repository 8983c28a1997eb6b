internal import FHIR
internal import HTTP
internal import Storage

/// [delete](http://hl7.org/fhir/R4/http.html#delete): the resource is gone from now on, under a version of its own.
/// What is not there cannot be deleted and need not be: 204 too.
struct Delete: Interaction {
    let store: any ResourceStore
    var audit: Audit?

    func respond(to exchange: Exchange) async throws -> Response {
        let key = try exchange.resourceKey()
        let change = Change.delete(key, if: try exchange.precondition(in: store))
        return exchange.response(to: try await store.commit(change, for: exchange, audit))
    }
}
