import JSON

/// A field of a system resource that can hold a secret, and so takes nothing but a reference in its place: those that
/// Aidbox's documentation of External Secrets lists.
package struct SecretField: Sendable {
    /// The name of the resource type.
    package let type: String
    private let parent: [String]
    private let name: String

    package static let all: [SecretField] = [
        SecretField("Client", "secret"),
        SecretField("IdentityProvider", "client", "secret"),
        SecretField("IdentityProvider", "client", "private-key"),
        SecretField("IdentityProvider", "client", "certificate"),
        SecretField("TokenIntrospector", "jwt", "secret"),
        SecretField("TokenIntrospector", "jwt", "keys", "k"),
        SecretField("TokenIntrospector", "introspection_endpoint", "authorization"),
        SecretField("AidboxTopicDestination", "parameter", "saslJaasConfig"),
        SecretField("AidboxTopicDestination", "parameter", "sslKeystoreKey"),
        SecretField("AidboxTopicDestination", "parameter", "header"),
    ]

    private init(_ type: String, _ steps: String...) {
        self.type = type
        parent = steps.dropLast()
        name = steps[steps.count - 1]
    }

    /// As a scope of the vault config spells it: `jwt.keys.k`. Places in arrays do not count.
    package var path: String { (parent + [name]).joined(separator: ".") }
}

extension SecretField {
    /// What a member of an object is to a field that can hold a secret.
    struct Role {
        /// The field's last name.
        let field: String
        /// What its value is called, and what stands in for it.
        let value: String
        let companion: String
        /// The member is the companion; else it is the value, a literal.
        let isReference: Bool
    }

    /// The role of each member of the object at `path`, in their order. Fails where that cannot be told.
    static func roles(in object: JSONObject, at path: [String], of type: ResourceType) throws(FHIRError) -> [Role?] {
        let entry = try entryName(of: object, at: path, of: type)
        return object.members.map { member in
            let (name, isReference) = split(member.name)
            if holds(name, at: path, of: type) {
                return Role(field: name, value: name, companion: "_\(name)", isReference: isReference)
            }
            if let entry, isContent(name), holds(entry, at: path, of: type) {
                return Role(field: entry, value: "value[x]", companion: "_valueString", isReference: isReference)
            }
            return nil
        }
    }

    /// Besides the fields of the table, whatever is called `secret`, wherever it is.
    private static func holds(_ name: String, at path: [String], of type: ResourceType) -> Bool {
        if name == "secret" { return true }
        let parent = isParameter(path, of: type) ? ["parameter"] : path
        return all.contains { $0.name == name && $0.type == type.name && $0.parent == parent }
    }

    /// `AidboxTopicDestination.parameter` has the shape of R4's Parameters: each entry has a name and one of value[x],
    /// resource and part (inv-1), and parts are entries again. The entry's name is the field's, its content the value.
    private static func isParameter(_ path: [String], of type: ResourceType) -> Bool {
        type.name == "AidboxTopicDestination" && path.first == "parameter"
            && path.dropFirst().allSatisfy { $0 == "part" }
    }

    private static func isContent(_ name: String) -> Bool {
        name.utf8.starts(with: "value".utf8) || name == "part" || name == "resource"
    }

    /// The name of an entry. One that holds something must have one: else nobody can tell whether it is a secret.
    private static func entryName(
        of object: JSONObject, at path: [String], of type: ResourceType
    ) throws(FHIRError) -> String? {
        guard isParameter(path, of: type) else { return nil }
        if let name = object["name"]?.string { return name }
        guard object.members.contains(where: { isContent(split($0.name).name) }) else { return nil }
        let place = "\(type.name).\(path.joined(separator: "."))"
        throw .unprocessable(
            .required, "an entry of \(place) holds a value, and its name is not a string; name it", at: place)
    }

    /// A member's name without the `_` that marks a companion (R4 JSON format, primitive elements).
    private static func split(_ member: String) -> (name: String, isReference: Bool) {
        guard member.utf8.first == UInt8(ascii: "_") else { return (member, false) }
        return (String(Substring(member.utf8.dropFirst())), true)
    }
}
