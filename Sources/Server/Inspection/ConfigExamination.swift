internal import FHIR
internal import Vault

/// What a valid vault config says that will not do what somebody meant by it.
struct ConfigExamination {
    let config: VaultConfig
    /// The config file, as it was named.
    let file: String

    /// - Parameters:
    ///   - paths: tells where each path finally leads.
    ///   - used: the names that somebody refers to; nothing where that is not known.
    func findings(_ paths: PathExamination, used: Set<SecretName>?) -> [Finding] {
        config.secrets.flatMap { secret in
            scopeFindings(of: secret) + previousFindings(of: secret) + useFindings(of: secret, used)
        } + sharedPaths(paths)
    }

    private func scopeFindings(of secret: VaultConfig.Secret) -> [Finding] {
        let place = "\(file): \(secret.place).scope"
        return secret.scopes.compactMap { scope in
            guard let type = ResourceType(scope.resourceType), type.kind == .system else {
                return Finding(
                    .uselessScope, "no \(scope.resourceType) can refer to a secret here", at: place,
                    remedy: "name one of \(Self.systemTypes), or remove the scope")
            }
            if let field = scope.field, !type.canRefer(from: field) {
                return Finding(
                    .uselessScope, "the element \(field) of a \(type.name) cannot refer to a secret", at: place,
                    remedy: "name one that can, as \"secret\", or remove the scope")
            }
            guard scope.id == nil, scope.field == nil else { return nil }
            return Finding(
                .typeWideScope,
                "the scope admits every \(type.name), from every element: whoever may create one has the server use "
                    + "secret '\(secret.name)'",
                at: place, remedy: "give the scope the id of the one that is meant, or at least a `field`")
        }
    }

    private static let systemTypes = ResourceType.system.map(\.name).joined(separator: ", ")

    private func previousFindings(of secret: VaultConfig.Secret) -> [Finding] {
        guard secret.previousIsCurrent else { return [] }
        return [
            Finding(
                .previousIsCurrent,
                "`previous_path` of secret '\(secret.name)' is its `path`: the value before is never there to count",
                at: "\(file): \(secret.place)", remedy: "name the file that the value before is in, or remove it")
        ]
    }

    private func useFindings(of secret: VaultConfig.Secret, _ used: Set<SecretName>?) -> [Finding] {
        guard let used, !used.contains(secret.name) else { return [] }
        return [
            Finding(
                .unusedSecret, "nothing in the store refers to secret '\(secret.name)', nor does the root secret",
                at: "\(file): \(secret.place)", remedy: "put the resource that is to use it, or remove the entry")
        ]
    }

    /// Names whose paths lead to one file, now or as they are spelt.
    private func sharedPaths(_ paths: PathExamination) -> [Finding] {
        var order: [String] = []
        var sharers: [String: [SecretName]] = [:]
        for secret in config.secrets {
            var path = "/" + secret.path.namesOnPath.joined(separator: "/")
            if case .found(let final, _) = paths.way(to: secret.path).end { path = final }
            if sharers[path] == nil { order.append(path) }
            sharers[path, default: []].append(secret.name)
        }
        return order.compactMap { path in
            guard let names = sharers[path], names.count > 1 else { return nil }
            return Finding(
                .sharedPath,
                "the secrets \(names.map { "'\($0)'" }.joined(separator: ", ")) are one file: who knows one knows all",
                at: path, remedy: "give each secret a file of its own, or keep one name with all scopes")
        }
    }
}

extension VaultConfig.Secret {
    /// For ever, since that is how the two paths are spelt; links that lead to one file now may part.
    fileprivate var previousIsCurrent: Bool { previous?.path.namesOnPath == path.namesOnPath }
}

extension String {
    /// A path as it is spelt, but for `//` and `/./`, which change nothing.
    var namesOnPath: [Substring] { split(separator: "/").filter { $0 != "." } }
}
