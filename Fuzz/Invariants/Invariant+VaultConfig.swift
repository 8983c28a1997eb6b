import JSON
import Vault

extension Invariant {
    private static let folder = "/etc/keyward"

    /// The vault config: what is accepted keeps the rules of its documentation (`docs/vault.md`): names that differ,
    /// absolute paths, at least one scope a secret and no scope of nothing, overlaps within their bounds; it admits
    /// whom its scopes name and no stranger; spelt anew it is the same config. What is refused is refused with at least
    /// one fault, each with its place and a remedy, in words of one line.
    static let vaultConfig = Invariant("vault-config") { input throws(Broken) in
        let config: VaultConfig
        do throws(VaultConfigFaults) {
            config = try VaultConfig.decode(input.span, folder: folder)
        } catch {
            return try check(error.faults)
        }
        try require(config.folder == folder, "another folder")
        if let roots = config.roots {
            try require(!roots.isEmpty, "no roots at all")
            for root in roots { try checkPath(root) }
        }
        let names = Set(config.secrets.map { Array($0.name.text.utf8) })
        try require(names.count == config.secrets.count && !names.contains([]), "a name twice, or none")
        for secret in config.secrets { try check(secret, of: config) }
        let again = try accepted("spelt anew it") { () throws(VaultConfigFaults) in
            try VaultConfig.decode(config.spelt.serialized.span, folder: folder)
        }
        try require(again == config, "spelt anew it is another config")
    }

    private static func check(_ faults: [VaultConfigFault]) throws(Broken) {
        try require(!faults.isEmpty, "refused without a fault")
        for fault in faults {
            try require(fault.place.hasPrefix("$") || fault.place.hasPrefix("line "), "the place \(fault.place)")
            try require(!fault.what.isEmpty && !fault.remedy.isEmpty, "a fault without words: \(fault)")
            try require(fault.description.isOneLine, "not one line: \(Array(fault.description.utf8).shown)")
        }
    }

    private static func checkPath(_ path: String) throws(Broken) {
        try require(path.utf8.first == UInt8(ascii: "/") && !path.utf8.contains(0), "the path \(path)")
    }

    private static func check(_ secret: VaultConfig.Secret, of config: VaultConfig) throws(Broken) {
        try checkPath(secret.path)
        if let previous = secret.previous {
            try checkPath(previous.path)
            try require(
                previous.overlap > .zero && previous.overlap <= VaultConfig.longestOverlap,
                "an overlap of \(previous.overlap)")
        }
        try require(!secret.scopes.isEmpty, "no scope")
        for scope in secret.scopes {
            try require(scope.resourceType.isMade(of: ""), "the type \(scope.resourceType)")
            try require(scope.id?.isMade(of: "0123456789-.") ?? true && scope.id?.utf8.count ?? 1 <= 64, "the id")
            let names = scope.field?.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false) ?? []
            try require(names.allSatisfy { String($0).isMade(of: "0123456789-_") }, "the field \(scope.field ?? "")")
            let admitted = Requester(
                resourceType: scope.resourceType, id: scope.id ?? "any", field: scope.field ?? "secret")
            try require(config.obstacle(to: secret.name, for: admitted) == nil, "\(admitted) is not admitted")
        }
        let stranger = Requester(resourceType: "/", id: "/", field: "/")
        try require(config.obstacle(to: secret.name, for: stranger) != nil, "anybody is admitted")
    }
}

extension String {
    /// Of ASCII letters and these others, at least one of them.
    fileprivate func isMade(of others: String) -> Bool {
        !isEmpty
            && unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || others.unicodeScalars.contains($0)
            }
    }
}

extension VaultConfig {
    /// As JSON, with everything written out.
    fileprivate var spelt: JSONValue {
        var document = JSONObject()
        if let roots { document["roots"] = .array(roots.map { .string($0) }) }
        var members = JSONObject()
        for secret in secrets {
            var member = JSONObject()
            member["path"] = .string(secret.path)
            if let previous = secret.previous {
                member["previous_path"] = .string(previous.path)
                member["overlap"] = .string("\(previous.overlap.components.seconds)s")
            }
            member["scope"] = .array(secret.scopes.map(\.spelt))
            members[secret.name.text] = .object(member)
        }
        document["secret"] = .object(members)
        return .object(document)
    }
}

extension SecretScope {
    fileprivate var spelt: JSONValue {
        var scope = JSONObject()
        scope["resource_type"] = .string(resourceType)
        if let id { scope["id"] = .string(id) }
        if let field { scope["field"] = .string(field) }
        return .object(scope)
    }
}
