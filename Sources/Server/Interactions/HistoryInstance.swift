internal import FHIR
internal import HTTP
internal import JSON
internal import Storage

/// [history-instance](http://hl7.org/fhir/R4/http.html#history): the versions of one resource that are kept, deletes
/// too, the newest first, in pages that the link `next` leads through.
struct HistoryInstance: Interaction {
    let store: any ResourceStore

    func respond(to exchange: Exchange) async throws -> Response {
        let key = try exchange.resourceKey()
        let parameters = try SearchParameters(parsing: Array((exchange.request.head.query ?? "").utf8).span)
        let query = try HistoryQuery(parameters)
        guard query.unknown.isEmpty || exchange.preferences().handling != .strict else {
            return .outcome(.badRequest, Self.issue(query.unknown))
        }
        // One more than is shown: of a version it depends on the one before whether it was a create.
        let page = HistoryPage(
            from: query.cursor.map { $0 - 1 } ?? .max, versions: query.isCountOnly ? 0 : query.count + 1,
            bytes: SearchType.pageBytes)
        guard let found = try await store.history(of: key, page) else { throw Refusal.unknown(key) }
        let shown = Shown(found, query)
        let used = query.unknown.reduce(parameters) { $0.setting($1, to: nil) }
        let address = "\(exchange.base)/\(key.text)/_history"
        var links = [SearchsetBundle.Link("self", used.url(on: address))]
        if shown.hasMore, let last = shown.versions.last {
            links.append(.init("next", used.setting("_cursor", to: String(last.version)).url(on: address)))
        }
        let bundle = HistoryBundle(
            total: query.since == nil ? found.total : nil, links: links,
            entries: shown.versions.enumerated().map { place, stored in
                let before = found.versions.dropFirst(place + 1).first
                return HistoryBundle.Entry(
                    key, version: stored.version, lastUpdated: stored.lastUpdated, resource: stored.body,
                    isCreated: stored.version == 1 || before?.isDeleted == true)
            }, base: exchange.base)
        return Response(.ok, content: bundle.serialized, type: fhirJSON)
    }

    /// What of the versions found is one page.
    private struct Shown {
        var versions: ArraySlice<StoredVersion>
        let hasMore: Bool

        init(_ found: History, _ query: HistoryQuery) {
            versions = found.versions.prefix(query.count)
            // A page that ended for its bytes has none more; then its last one is that.
            if versions.count == found.versions.count, versions.count > 1, found.hasMore { versions.removeLast() }
            let oldest = versions.last?.version ?? found.oldest
            guard let since = query.since, let place = versions.firstIndex(where: { $0.lastUpdated < since }) else {
                hasMore = oldest > found.oldest
                return
            }
            versions = versions[..<place]
            hasMore = false
        }
    }

    private static func issue(_ unknown: [String]) -> OperationOutcome.Issue {
        let names = unknown.prefix(10).map(\.quotedBriefly).joined(separator: ", ")
        return .init(
            .notSupported,
            "The parameters \(names)\(unknown.count > 10 ? " and more" : "") are not supported; leave them out. "
                + "Supported are _count, _since and _format.",
            at: unknown.prefix(10).map { String($0.prefix(64)) })
    }
}
