internal import FHIR
internal import HTTP
internal import Storage

extension ResourceStore {
    /// Makes a change that a request asks for. One of a system resource is in the audit log before it is made; when the
    /// store then refuses it, that is too.
    func commit(_ change: Change, for exchange: Exchange, _ audit: Audit?) async throws -> Committed {
        guard let audit, change.key.type.kind == .system else { return try await commit(change) }
        try await audit.changing(change.key, by: exchange)
        do throws(StorageError) {
            return try await commit(change)
        } catch {
            try await audit.failed(changing: change.key, by: exchange, error)
            throw error
        }
    }
}

/// What create, update and delete share: the condition of a change, and the response to it.
extension Exchange {
    /// What a write depends on: `If-Match`, or `If-None-Match: *`; without them, `If-Unmodified-Since`.
    func precondition(in store: any ResourceStore) throws -> Change.Precondition {
        if let wanted = try condition(.ifMatch) {
            guard try condition(.ifNoneMatch) == nil else {
                throw Refusal(
                    .preconditionFailed, .conflict,
                    "If-Match wants the resource to exist, If-None-Match that it does not; send one of them.")
            }
            return .match(wanted)
        }
        switch try condition(.ifNoneMatch) {
        case nil:
            guard let current = store.current(try resourceKey()), !current.isDeleted,
                let isModified = isModified(current, since: .ifUnmodifiedSince)
            else { return .none }
            // Any change from now on is one since that moment. No version meets the condition of none.
            return .match(.oneOf(isModified ? [] : [current.version]))
        case .any: return .absent
        default:
            throw Refusal(.badRequest, .invalid, "On a write the only If-None-Match is *: write unless it exists.")
        }
    }

    func response(to committed: Committed) -> Response {
        switch committed {
        case .created(let stored):
            var response = Response.version(stored, .created, preferring: preferences().return)
            response.add(.location, "\(base)/\(stored.key.text)/_history/\(stored.version)")
            return response
        case .updated(let stored):
            return .version(stored, .ok, preferring: preferences().return)
        case .deleted(let stored):
            var response = Response(.noContent)
            response.version = stored.version
            return response
        case .nothing:
            return Response(.noContent)
        }
    }
}
