import JSON

/// The name of a vault's secret, in place of a secret, on a field that can hold one:
///
///     "_secret": {"extension": [
///       {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"},
///       {"url": "http://health-samurai.io/fhir/secret-reference", "valueString": "client-secret"}]}
///
/// A field's own value is refused, whatever its kind: no secret is ever stored. No message quotes it.
package struct SecretReference: Sendable, Hashable {
    /// Never empty.
    package let name: String
    /// The path of the field that holds it, as a scope of the vault config spells it: `secret`, `jwt.keys.k`.
    package let field: String

    /// Bytes of a path. Each reference has one of its own, and a body could hold thousands below a name of a megabyte.
    package static let maximumPath = 1_024

    package static let url = "http://health-samurai.io/fhir/secret-reference"
    package static let absentReasonURL = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

    /// Every reference in a resource: in a system resource the fields of ``SecretField/all``, and each member called
    /// `secret` at any depth, are those that can hold a secret. Fails when one holds the secret itself, or a reference
    /// that is none.
    package static func all(in resource: Resource) throws(FHIRError) -> [SecretReference] {
        guard resource.type.kind == .system else { return [] }
        var references: [SecretReference] = []
        try collect(from: resource.object, at: [], of: resource.type, into: &references)
        return references
    }

    /// The path names the members on the way; places in arrays do not count, as in FHIRPath's simple form.
    private static func collect(
        from object: JSONObject, at path: [String], of type: ResourceType, into references: inout [SecretReference]
    ) throws(FHIRError) {
        for (member, role) in zip(object.members, try SecretField.roles(in: object, at: path, of: type)) {
            if let role {
                let field = try Self.field(path + [role.field], of: type)
                let place = "\(type.name).\(field)"
                guard role.isReference else { throw literal(role, at: place) }
                let fault = Fault(place: place, companion: role.companion)
                references.append(try SecretReference(member.value, field: field, fault))
            }
            // Beside a reference too: what is kept as an unknown member could be the secret itself.
            try collect(from: member.value, at: path + [member.name], of: type, into: &references)
        }
    }

    private static func collect(
        from value: JSONValue, at path: [String], of type: ResourceType, into references: inout [SecretReference]
    ) throws(FHIRError) {
        if let object = value.object { try collect(from: object, at: path, of: type, into: &references) }
        for element in value.array ?? [] { try collect(from: element, at: path, of: type, into: &references) }
    }

    private static func field(_ path: [String], of type: ResourceType) throws(FHIRError) -> String {
        guard path.reduce(path.count - 1, { $0 + $1.utf8.count }) <= maximumPath else {
            throw .unprocessable(
                .tooLong,
                "a field that can hold a secret lies below names of more than \(maximumPath) bytes; shorten them",
                at: type.name)
        }
        return path.joined(separator: ".")
    }

    private static func literal(_ role: SecretField.Role, at place: String) -> FHIRError {
        .unprocessable(
            .businessRule,
            "\(place) holds a literal value, and no secret is ever stored here; remove \"\(role.value)\" and send "
                + "\"\(role.companion)\" with the extension \(url) that names a secret of the vault config",
            at: place)
    }

    private init(_ companion: JSONValue, field: String, _ fault: Fault) throws(FHIRError) {
        guard let extensions = companion.object?["extension"]?.array else {
            throw fault.because(.structure, "is not an object with an array \"extension\"")
        }
        self.name = try Self.name(in: extensions, fault)
        self.field = field
    }

    private static func name(in extensions: [JSONValue], _ fault: Fault) throws(FHIRError) -> String {
        var names: [String] = []
        for value in extensions {
            guard let object = value.object, let url = object["url"]?.string else {
                throw fault.because(.structure, "holds an extension that is not an object with a string \"url\"")
            }
            switch url {
            case Self.url:
                guard let name = object["valueString"]?.string, !name.isEmpty else {
                    throw fault.because(.value, "holds a reference whose valueString is not a non-empty string")
                }
                names.append(name)
            case absentReasonURL:
                guard object["valueCode"]?.string == "masked" else {
                    throw fault.because(.value, "holds a data-absent-reason whose valueCode is not \"masked\"")
                }
            default: break
            }
        }
        guard let name = names.first, names.count == 1 else {
            throw fault.because(.value, "holds \(names.isEmpty ? "no reference" : "more than one reference")")
        }
        return name
    }

    private struct Fault {
        let place: String
        let companion: String

        func because(_ code: IssueType, _ fault: String) -> FHIRError {
            .unprocessable(
                code,
                "\"\(companion)\" of \(place) \(fault); send exactly one extension "
                    + "with the url \(SecretReference.url) and the secret's name as valueString",
                at: place)
        }
    }
}
