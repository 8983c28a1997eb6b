package import JSON

/// A system resource as Aidbox has it, with references in the place of its `@secret:file:` strings.
///
/// Aidbox's first External Secrets took `"secret": "@secret:file:/run/secrets/client-secret"`, an absolute path without
/// `..`, in the fields of ``SecretField/all``. Whatever else stands in a field that can hold a secret is a literal.
package struct AidboxResource: Sendable {
    /// A `@secret:file:` string that became a reference.
    package struct File: Sendable, Equatable {
        package let field: String
        package let path: String
    }

    /// With references; of no use where there are literals.
    package private(set) var object: JSONObject
    /// In their order.
    package private(set) var files: [File] = []
    /// The fields that hold a literal, in their order; what it is, nobody is told.
    package private(set) var literals: [String] = []

    package static let prefix = "@secret:file:"

    /// - Parameter name: that of the secret in the file of this path.
    /// - Throws: where it cannot be told which members can hold a secret.
    package init(
        _ object: JSONObject, of type: ResourceType, name: (String) -> String
    ) throws(FHIRError) {
        self.object = object
        guard type.kind == .system else { return }
        self.object = try exchange(object, at: [], of: type, name)
    }

    private mutating func exchange(
        _ object: JSONObject, at path: [String], of type: ResourceType, _ name: (String) -> String
    ) throws(FHIRError) -> JSONObject {
        var exchanged = object
        for (member, role) in zip(object.members, try SecretField.roles(in: object, at: path, of: type)) {
            guard let role, !role.isReference else {
                let value = try exchange(member.value, at: path + [member.name], of: type, name)
                exchanged.insert(value, for: member.name, after: nil)
                continue
            }
            let field = (path + [role.field]).joined(separator: ".")
            let companion = "_\(member.name)"
            guard let file = member.value.string.flatMap(Self.path), object[companion] == nil else {
                literals.append(field)
                continue
            }
            files.append(File(field: field, path: file))
            exchanged.insert(SecretReference.json(name(file)), for: companion, after: member.name)
            exchanged[member.name] = nil
        }
        return exchanged
    }

    private mutating func exchange(
        _ value: JSONValue, at path: [String], of type: ResourceType, _ name: (String) -> String
    ) throws(FHIRError) -> JSONValue {
        if let object = value.object { return .object(try exchange(object, at: path, of: type, name)) }
        guard let array = value.array else { return value }
        var exchanged: [JSONValue] = []
        for element in array { exchanged.append(try exchange(element, at: path, of: type, name)) }
        return .array(exchanged)
    }

    /// The path in a `@secret:file:` string, by Aidbox's rules for it.
    private static func path(in text: String) -> String? {
        guard text.utf8.starts(with: prefix.utf8) else { return nil }
        let path = String(text.dropFirst(prefix.count))
        let names = path.split(separator: "/")
        guard path.utf8.first == UInt8(ascii: "/"), !names.isEmpty, !names.contains(".."), !path.utf8.contains(0) else {
            return nil
        }
        return path
    }
}

extension SecretReference {
    /// What stands in the place of a secret of this name.
    fileprivate static func json(_ name: String) -> JSONValue {
        [
            "extension": [
                ["url": .string(absentReasonURL), "valueCode": "masked"],
                ["url": .string(url), "valueString": .string(name)],
            ]
        ]
    }
}
