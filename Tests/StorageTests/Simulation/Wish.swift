import FHIR
import JSON

@testable import Storage

/// A change that a simulated client wishes for, in a form that the model can follow.
struct Wish: Sendable {
    enum Condition: Sendable {
        case none
        case absent
        case version(Int)
        /// None of the type is of this family.
        case noneOf(family: String)
    }

    let key: ResourceKey
    let condition: Condition
    /// Nil for a delete.
    let family: String?
    let change: Change
    private let resource: Resource?

    init(_ key: ResourceKey, family: String?, if condition: Condition) throws(FHIRError) {
        (self.key, self.family, self.condition) = (key, family, condition)
        let precondition: Change.Precondition =
            switch condition {
            case .none: .none
            case .absent: .absent
            case .version(let version): .version(version)
            case .noneOf(let family): .noneOf(family: family)
            }
        guard let family else {
            resource = nil
            change = .delete(key, if: precondition)
            return
        }
        let name: JSONValue = [["family": .string(family)]]
        var object = JSONObject()
        object["resourceType"] = .string(key.type.name)
        object["id"] = .string(key.id.text)
        object["name"] = name
        let resource = try Resource(object)
        change = try .put(resource, if: precondition)
        self.resource = resource
    }

    /// What the store is to hold of it as this version.
    func stored(version: Int, at time: Instant) -> StoredVersion {
        StoredVersion(
            key: key, version: version, lastUpdated: time,
            body: resource.map { UnstampedResource($0).stamped(version: version, lastUpdated: time) })
    }
}
