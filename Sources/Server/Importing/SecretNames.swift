internal import JSON
internal import Vault

/// Names for secrets that have none yet, and the entries of a vault config that go with them.
struct SecretNames {
    private struct Entry {
        let name: String
        let path: String
        var scopes: [JSONValue] = []
        /// The config has it, and lacks scopes alone.
        var isKnown = false
    }

    private let config: VaultConfig
    /// What the config does not have, or not with these scopes, in the order in which it was met.
    private var entries: [Entry] = []

    /// Names by which secrets are referred to already; of what they mean the config alone can tell.
    private var reserved: Set<String> = []

    init(_ config: VaultConfig) { self.config = config }

    /// No file and no literal gets this name.
    mutating func reserve(_ name: String) { reserved.insert(name) }

    /// Where a secret is to be that has no file yet.
    private var folder: String { config.roots?.first ?? "/run/secrets" }

    /// The name of the secret in this file: that of the config, or the file's own, with a number where that is taken.
    mutating func name(ofFile path: String) -> String {
        if let known = config.secrets.first(where: { $0.path.isByteForByte(path) }) { return known.name.text }
        if let known = entries.first(where: { $0.path.isByteForByte(path) }) { return known.name }
        return add(path.split(separator: "/").last.map(String.init) ?? path, at: { _ in path })
    }

    /// A name for what a field of a resource holds, of letters, digits and `-`, which every vault takes; and a file.
    mutating func name(ofLiteral id: String, _ field: String) -> (name: String, path: String) {
        let plain = "\(id)-\(field)".map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "-" }.joined()
        let folder = folder
        let name = add(plain, at: { "\(folder)/\($0)" })
        return (name, "\(folder)/\(name)")
    }

    /// Somebody refers to the secret of this name: it needs a scope, where the config has none that fits.
    mutating func use(_ name: String, by requester: Requester) {
        guard config.obstacle(to: SecretName(name), for: requester) != nil else { return }
        if !entries.contains(where: { $0.name.isByteForByte(name) }) {
            let known = config.secrets.first { $0.name == SecretName(name) }
            entries.append(
                Entry(
                    name: name, path: known?.path ?? "\(folder)/\(name)", scopes: known?.scopes.map(\.json) ?? [],
                    isKnown: known != nil))
        }
        let scope = SecretScope(resourceType: requester.resourceType, id: requester.id, field: requester.field).json
        for index in entries.indices where entries[index].name.isByteForByte(name) {
            if !entries[index].scopes.contains(scope) { entries[index].scopes.append(scope) }
        }
    }

    private mutating func add(_ wanted: String, at path: (String) -> String) -> String {
        func isTaken(_ name: String) -> Bool {
            reserved.contains(name) || entries.contains { $0.name.isByteForByte(name) }
                || config.secrets.contains { $0.name == SecretName(name) }
        }
        var name = wanted
        var number = 2
        while isTaken(name) {
            name = "\(wanted)-\(number)"
            number += 1
        }
        entries.append(Entry(name: name, path: path(name)))
        return name
    }

    /// Members of `secret` in a vault config, a line each; of those that it has, the scope.
    var lines: [String] {
        entries.map { entry in
            let scope = JSONValue.array(entry.scopes)
            let name = JSONValue.string(entry.name).text
            if entry.isKnown { return "\(name), its scope: \(scope.text)" }
            return "\(name): \((["path": .string(entry.path), "scope": scope] as JSONValue).text)"
        }
    }
}

extension SecretScope {
    /// As a vault config has it.
    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["resource_type"] = .string(resourceType)
        object["id"] = id.map { .string($0) }
        object["field"] = field.map { .string($0) }
        return .object(object)
    }
}

extension JSONValue {
    fileprivate var text: String { String(decoding: serialized, as: UTF8.self) }
}
