import FHIR
import JSON

extension StoredVersion {
    /// Why the body is not a resource this store may hold, if so.
    func objectionToBody() -> (any Error)? {
        guard let body else { return nil }
        do {
            let value = try JSONValue.parse(body.span, maximumDepth: JSONValue.nestingCeiling)
            guard let object = value.object else { throw BodyFault(description: "the resource is not a JSON object") }
            let resource = try Resource(object)
            guard resource.key == key else {
                throw BodyFault(description: "the resource is \(resource.key.text) and not \(key.text)")
            }
            try resource.checkContent()
        } catch {
            return error
        }
        return nil
    }
}

/// Why a body is no resource of its key.
private struct BodyFault: Error, CustomStringConvertible {
    let description: String
}
