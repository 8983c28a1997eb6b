internal import FHIR
internal import HTTP
internal import JSON
internal import Storage
internal import Transport

/// [search-type](http://hl7.org/fhir/R4/http.html#search): the resources of one type, by ascending id, in pages that
/// the link `next` leads through. By POST to `_search` the parameters may stand in the content too.
struct SearchType: Interaction {
    /// Bytes of resources after which a page ends, before `_count` is reached: R4 lets a page be shorter.
    static let pageBytes = 8_388_608

    let store: any ResourceStore

    func respond(to exchange: Exchange) async throws -> Response {
        let type = try exchange.resourceType()
        let parameters = try await parameters(of: exchange.request)
        try Negotiation.checkFormat(parameters)
        let query = try SearchQuery(parameters)
        let warning = query.unknown.isEmpty ? nil : Self.issue(query.unknown)
        if var issue = warning, exchange.preferences().handling == .strict {
            issue.severity = .error
            return .outcome(.badRequest, issue)
        }
        // A link holds what was used and nothing else (R4 http.html#search, self link).
        let used = query.unknown.reduce(parameters) { $0.setting($1, to: nil) }
        let found = find(query, type)
        let base = "\(exchange.base)/\(type.name)"
        var links = [SearchsetBundle.Link("self", used.url(on: base))]
        if found.hasMore, let last = found.page.last {
            links.append(.init("next", used.setting("_cursor", to: last.key.id.text).url(on: base)))
        }
        let bundle = SearchsetBundle(
            total: query.total == SearchQuery.Total.none ? nil : found.total, links: links,
            matches: found.page.map {
                .init(fullURL: "\(base)/\($0.key.id.text)", resource: $0.body ?? [])
            },
            outcome: warning.map { OperationOutcome($0) })
        return Response(.ok, content: bundle.serialized, type: fhirJSON)
    }

    private struct Found {
        var page: [StoredVersion] = []
        var total: Int
        var hasMore = false

        init(total: Int) { self.total = total }

        /// A page of at most `limit` out of what was found, which may be more.
        init(_ found: [StoredVersion], limit: Int, total: Int) {
            var bytes = 0
            page = Array(
                found.prefix(limit).prefix { stored in
                    defer { bytes += stored.body?.count ?? 0 }
                    return bytes < SearchType.pageBytes
                })
            self.total = total
            hasMore = found.count > page.count
        }
    }

    private func find(_ query: SearchQuery, _ type: ResourceType) -> Found {
        guard let ids = query.ids else {
            let total = store.count(of: type)
            guard !query.isCountOnly else { return Found(total: total) }
            return Found(
                store.page(of: type, after: query.cursor, limit: query.count + 1), limit: query.count, total: total)
        }
        let all = ids.sorted().compactMap { store.current(ResourceKey(type: type, id: $0)) }.filter { !$0.isDeleted }
        guard !query.isCountOnly else { return Found(total: all.count) }
        let rest = all.drop { stored in query.cursor.map { stored.key.id <= $0 } ?? false }
        return Found(Array(rest), limit: query.count, total: all.count)
    }

    private func parameters(of request: Request) async throws -> SearchParameters {
        var text = ReceivedBytes(taking: Array((request.head.query ?? "").utf8))
        if request.method == .post {
            if !text.bytes.isEmpty { text.append([UInt8(ascii: "&")].span) }
            text.append(try await request.content())
        }
        return try SearchParameters(parsing: text.bytes.span)
    }

    private static func issue(_ unknown: [String]) -> OperationOutcome.Issue {
        let names = unknown.prefix(10).map(\.quotedBriefly).joined(separator: ", ")
        return .init(
            .notSupported,
            "The search parameters \(names)\(unknown.count > 10 ? " and more" : "") are not supported; leave them out. "
                + "Supported are _id, _count, _summary=count, _total and _format.",
            at: unknown.prefix(10).map { String($0.prefix(64)) }, severity: .warning)
    }
}
