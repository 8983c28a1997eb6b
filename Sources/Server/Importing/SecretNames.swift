internal import JSON
internal import Vault

/// Names for secrets that have none yet, and the entries of a vault config that go with them.
struct SecretNames {
    private struct Entry {
        let name: String
        let path: String
        private(set) var scopes: [JSONValue] = []
        /// The config has it, and lacks scopes alone.
        var isKnown = false
        private var seen: Set<[UInt8]> = []

        init(_ name: String, at path: String) {
            self.name = name
            self.path = path
        }

        init(_ known: VaultConfig.Secret) {
            self.init(known.name.text, at: known.path)
            isKnown = true
            for scope in known.scopes { add(scope) }
        }

        mutating func add(_ scope: SecretScope) {
            if seen.insert(scope.json.serialized).inserted { scopes.append(scope.json) }
        }
    }

    /// Where a secret is to be that has no file yet.
    private let folder: String
    private let known: [SecretName: VaultConfig.Secret]
    /// What the config does not have, or not with these scopes, in the order in which it was met.
    private var entries: [Entry] = []
    /// Where they are in `entries`.
    private var places: [SecretName: Int] = [:]
    /// By the bytes of a path: the name of the secret in that file.
    private var files: [[UInt8]: String]
    /// The config's, those of entries, and names by which secrets are referred to already; of what these mean the
    /// config alone can tell.
    private var taken: Set<SecretName>
    /// The next number for a name that is taken.
    private var numbers: [SecretName: Int] = [:]

    init(_ config: VaultConfig) {
        folder = config.roots?.first ?? "/run/secrets"
        known = Dictionary(config.secrets.map { ($0.name, $0) }) { first, _ in first }
        files = Dictionary(config.secrets.map { (Array($0.path.utf8), $0.name.text) }) { first, _ in first }
        taken = Set(known.keys)
    }

    /// No file and no literal gets this name.
    mutating func reserve(_ name: String) { taken.insert(SecretName(name)) }

    /// The name of the secret in this file: that of the config, or the file's own, with a number where that is taken.
    mutating func name(ofFile path: String) -> String {
        if let name = files[Array(path.utf8)] { return name }
        return add(path.split(separator: "/").last.map(String.init) ?? path) { _ in path }.name
    }

    /// A name for what a field of a resource holds, of letters, digits and `-`, which every vault takes; and a file.
    mutating func name(ofLiteral id: String, _ field: String) -> (name: String, path: String) {
        let plain = "\(id)-\(field)".map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "-" }.joined()
        return add(plain) { [folder] in "\(folder)/\($0)" }
    }

    /// Somebody refers to the secret of this name: it needs a scope, where the config has none that fits.
    mutating func use(_ name: String, by requester: Requester) {
        let key = SecretName(name)
        let secret = known[key]
        if secret?.scopes.contains(where: { $0.admits(requester) }) ?? false { return }
        let place = places[key] ?? append(secret.map { Entry($0) } ?? Entry(name, at: "\(folder)/\(name)"))
        entries[place].add(
            SecretScope(resourceType: requester.resourceType, id: requester.id, field: requester.field))
    }

    private mutating func add(_ wanted: String, at path: (String) -> String) -> (name: String, path: String) {
        var (name, number) = (wanted, numbers[SecretName(wanted)] ?? 2)
        while !taken.insert(SecretName(name)).inserted {
            name = "\(wanted)-\(number)"
            number += 1
        }
        numbers[SecretName(wanted)] = number
        files[Array(path(name).utf8)] = name
        append(Entry(name, at: path(name)))
        return (name, path(name))
    }

    @discardableResult private mutating func append(_ entry: Entry) -> Int {
        entries.append(entry)
        places[SecretName(entry.name)] = entries.count - 1
        return entries.count - 1
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
