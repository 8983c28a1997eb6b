internal import FHIR
internal import HTTP
internal import Storage
internal import Transport

/// [update](http://hl7.org/fhir/R4/http.html#update): a new version under the client's id, or the first one (201).
/// `If-Match` makes it depend on the version that the client has seen, `If-None-Match: *` on there being none (412).
struct Update: Interaction {
    let store: any ResourceStore
    let writing: Writing
    var audit: Audit?

    func respond(to exchange: Exchange) async throws -> Response {
        let key = try exchange.resourceKey()
        let precondition = try exchange.precondition(in: store)
        let content = try await writing.content(of: exchange)
        let resource = try Resource.decode(content.bytes.span, as: key.type, id: key.id, maximumDepth: writing.nesting)
        try writing.check(resource, for: exchange)
        return exchange.response(
            to: try await store.commit(Change.put(resource, if: precondition), for: exchange, audit))
    }
}
