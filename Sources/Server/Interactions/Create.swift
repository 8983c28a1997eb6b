internal import FHIR
internal import HTTP
internal import Storage
internal import Transport

/// [create](http://hl7.org/fhir/R4/http.html#create): a new resource under an id of the server's choice; an id in the
/// content is ignored.
struct Create: Interaction {
    let store: any ResourceStore
    let writing: Writing
    var audit: Audit?

    func respond(to exchange: Exchange) async throws -> Response {
        let type = try exchange.resourceType()
        guard !exchange.request.head.fields.has(.ifNoneExist) else {
            throw Refusal(
                .notImplemented, .notSupported,
                "Conditional create is not supported; send the request without If-None-Exist.")
        }
        let content = try await writing.content(of: exchange)
        let resource = try Resource.decode(
            content.bytes.span, as: type, assigning: writing.newID(), maximumDepth: writing.nesting)
        try writing.check(resource, for: exchange)
        return exchange.response(to: try await store.commit(Change.put(resource, if: .absent), for: exchange, audit))
    }
}
