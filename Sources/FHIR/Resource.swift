package import JSON

/// A resource as it was sent, with what this server must know of it.
///
/// Only `resourceType`, `id` and that `meta` is an object are checked. Everything else is kept as it came: unknown
/// members, and also nulls and empty values, which R4 (JSON format) forbids but which do no harm here.
package struct Resource: Sendable {
    package let type: ResourceType
    package let id: LogicalID
    /// With `id` in it.
    package private(set) var object: JSONObject

    package var key: ResourceKey { ResourceKey(type: type, id: id) }

    /// Reads the body of an update: it must be of the URL's type and carry the URL's id (R4 RESTful API, update).
    /// `maximumDepth` is that of arrays and objects.
    package static func decode(
        _ bytes: Span<UInt8>, as type: ResourceType, id: LogicalID, maximumDepth: Int
    ) throws(FHIRError) -> Resource {
        let object = try Self.object(bytes, as: type, maximumDepth: maximumDepth)
        let own = try Self.id(in: object, of: type)
        guard own == id else {
            throw .malformed(
                .value,
                "the body's id is \(own.text.quotedBriefly) but the URL's is \"\(id.text)\"; make them the same",
                at: "\(type.name).id")
        }
        return try Resource(type: type, id: id, object: object)
    }

    /// Reads the body of a create: it must be of the URL's type and becomes the resource `newID`, whatever id it
    /// carries (R4 RESTful API, create: the server ignores it).
    package static func decode(
        _ bytes: Span<UInt8>, as type: ResourceType, assigning newID: LogicalID, maximumDepth: Int
    ) throws(FHIRError) -> Resource {
        try Resource(type: type, id: newID, object: object(bytes, as: type, maximumDepth: maximumDepth))
    }

    /// Takes an object that says itself what it is: of a known type, with an id.
    package init(_ object: JSONObject) throws(FHIRError) {
        let type = try Self.type(of: object)
        try self.init(type: type, id: Self.id(in: object, of: type), object: object)
    }

    private init(type: ResourceType, id: LogicalID, object: JSONObject) throws(FHIRError) {
        if let meta = object["meta"], meta.object == nil {
            throw .unprocessable(
                .structure, "meta must be an object; send one or leave it out", at: "\(type.name).meta")
        }
        self.type = type
        self.id = id
        self.object = object
        self.object.insert(.string(id.text), for: "id", after: "resourceType")
    }
}

extension Resource {
    private static func object(
        _ bytes: Span<UInt8>, as type: ResourceType, maximumDepth: Int
    ) throws(FHIRError) -> JSONObject {
        let value: JSONValue
        do {
            value = try JSONValue.parse(bytes, maximumDepth: maximumDepth)
        } catch {
            throw .malformed(.structure, "the body is not JSON as RFC 8259 has it: \(error)")
        }
        guard let object = value.object else {
            throw .malformed(.structure, "the body is not a JSON object; send one resource")
        }
        let own = try Self.type(of: object)
        guard own == type else {
            throw .malformed(
                .value,
                "the body's resourceType is \"\(own.name)\" but the URL's is \"\(type.name)\"; make them the same",
                at: type.name)
        }
        return object
    }

    private static func type(of object: JSONObject) throws(FHIRError) -> ResourceType {
        guard let value = object["resourceType"] else {
            throw .malformed(.required, "resourceType is missing; name the type of the resource")
        }
        guard let name = value.string else {
            throw .malformed(.structure, "resourceType is not a string; name the type of the resource")
        }
        guard let type = ResourceType(name) else {
            throw .malformed(.value, "resourceType \(name.quotedBriefly) is not known here; name a type of FHIR R4")
        }
        return type
    }

    private static func id(in object: JSONObject, of type: ResourceType) throws(FHIRError) -> LogicalID {
        guard let value = object["id"] else {
            throw .malformed(.required, "id is missing; send the resource's id", at: "\(type.name).id")
        }
        guard let id = value.string.flatMap({ LogicalID($0) }) else {
            throw .malformed(
                .value, "id is not 1 to 64 letters, digits, \"-\" or \".\" in a string; mend it", at: "\(type.name).id")
        }
        return id
    }
}
