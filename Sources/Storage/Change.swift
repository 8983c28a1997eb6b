package import FHIR

/// One wish to change one resource, and what must hold for it.
package struct Change: Sendable {
    package enum Precondition: Sendable {
        case none
        /// The resource is there in a version that meets the condition (`If-Match`).
        case match(VersionCondition)
        /// The resource is not there (`If-None-Match: *`, and create); a deleted one is not there.
        case absent
        /// No resource of the change's type that is there is like this (`If-None-Exist`). All of them are looked at,
        /// and nothing else is committed meanwhile.
        case unique(like: @Sendable (StoredVersion) -> Bool)

        package static func version(_ version: Int) -> Precondition { .match(.oneOf([version])) }
    }

    package let key: ResourceKey
    package let precondition: Precondition
    /// Nil for a delete.
    private let resource: UnstampedResource?

    private init(_ key: ResourceKey, _ resource: UnstampedResource?, _ precondition: Precondition) {
        self.key = key
        self.resource = resource
        self.precondition = precondition
    }

    /// Create, update or revive. `meta.versionId` and `meta.lastUpdated` are the store's to set.
    ///
    /// - Throws: what its type's rules of content say of it. There is no other way to put, so a literal secret cannot
    ///   reach a store, whoever calls.
    package static func put(_ resource: Resource, if precondition: Precondition = .none) throws(FHIRError) -> Change {
        try resource.checkContent()
        return Change(resource.key, UnstampedResource(resource), precondition)
    }

    package static func delete(_ key: ResourceKey, if precondition: Precondition = .none) -> Change {
        Change(key, nil, precondition)
    }

    /// Of its resource.
    var bytes: Int { resource?.count ?? 0 }

    /// Whether it is a put that would give this version another number and time, and change nothing else of it.
    func leaves(_ current: StoredVersion) -> Bool {
        guard let resource, let body = current.body else { return false }
        return resource.stamped(version: current.version, lastUpdated: current.lastUpdated) == body
    }

    /// What this change makes of what is there at `time`; pure, and the same for every store.
    ///
    /// - Parameter commit: the number of the commit that this change belongs to.
    func applied(to draft: borrowing Draft, in commit: Int, at time: Instant) throws(Unmet) -> Committed {
        let current = draft.current(key)
        let live = current.flatMap { $0.isDeleted ? nil : $0 }
        switch precondition {
        case .none: break
        case .match(let condition):
            guard condition.isMet(by: live?.version) else { throw Unmet(current: live?.version) }
        case .absent:
            guard live == nil else { throw Unmet(current: live?.version) }
        case .unique(let isLike):
            if let found = draft.first(of: key.type, like: isLike) { throw Unmet(current: found.version) }
        }
        let next = (current?.version ?? 0) + 1
        guard let resource else {
            guard live != nil else { return .nothing }
            return .deleted(StoredVersion(key: key, version: next, lastUpdated: time, body: nil, commit: commit))
        }
        let body = resource.stamped(version: next, lastUpdated: time)
        let version = StoredVersion(key: key, version: next, lastUpdated: time, body: body, commit: commit)
        return live == nil ? .created(version) : .updated(version)
    }
}

/// A precondition was not met.
struct Unmet: Error {
    /// The version that is there, of the resource or of one that must not be.
    let current: Int?
}

/// What a change did.
package enum Committed: Sendable, Equatable {
    /// The resource was not there before: it is new, or it had been deleted and goes on with the next version.
    case created(StoredVersion)
    case updated(StoredVersion)
    case deleted(StoredVersion)
    /// A delete of what is not there; it takes no version.
    case nothing

    package var version: StoredVersion? {
        switch self {
        case .created(let version), .updated(let version), .deleted(let version): version
        case .nothing: nil
        }
    }
}
