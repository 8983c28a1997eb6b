internal import JSON

extension VaultConfig {
    /// The config that `bytes` spell, JSON of at most `limit` bytes.
    ///
    /// Strict, so that a slip of the pen is never a secret that works for nobody or for everybody: an unknown member
    /// is a fault at every level. An empty `secret` object is no fault, since a config may be there before its secrets.
    ///
    /// - Parameter folder: the config file's folder, absolute; a relative `path` starts there.
    package static func decode(_ bytes: Span<UInt8>, folder: String) throws(VaultConfigFaults) -> VaultConfig {
        guard bytes.count <= limit else {
            throw VaultConfigFaults([
                VaultConfigFault(
                    .tooLarge, at: "$", what: "the config is larger than \(limit) bytes",
                    remedy: "keep to what a vault config needs: names, paths and scopes")
            ])
        }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue.parse(bytes, maximumDepth: maximumDepth)
        } catch {
            throw VaultConfigFaults([VaultConfigFault(error)])
        }
        var decoder = VaultConfigDecoder(folder: folder)
        let config = decoder.config(document)
        guard decoder.faults.isEmpty else { throw VaultConfigFaults(decoder.faults) }
        return config
    }
}

extension VaultConfigFault {
    fileprivate init(_ error: JSONError) {
        let code: Code = if case .duplicateMember = error.fault { .duplicateName } else { .notJSON }
        self.init(
            code, at: "line \(error.line), column \(error.column)", what: error.fault.description,
            remedy: "correct the vault config there")
    }
}

/// Walks the document once and collects what is wrong; what it returns counts only where nothing is.
private struct VaultConfigDecoder {
    typealias Members = [(name: String, value: JSONValue)]

    let folder: String
    private(set) var faults: [VaultConfigFault] = []

    init(folder: String) {
        self.folder = folder
    }

    mutating func config(_ value: JSONValue) -> VaultConfig {
        let place = JSONPath()
        var roots: [String]?
        var secrets: [VaultConfig.Secret] = []
        guard let members = object(value, at: place, needs: ["secret"]) else { return .none }
        for (name, value) in members {
            switch name {
            case "roots": roots = self.roots(value, at: place.member(name))
            case "secret": secrets = self.secrets(value, at: place.member(name))
            default: unknown(at: place.member(name), known: "`roots` and `secret`")
            }
        }
        return VaultConfig(roots: roots, secrets: secrets, folder: folder)
    }

    private mutating func roots(_ value: JSONValue, at place: JSONPath) -> [String] {
        guard case .array(let elements) = value, !elements.isEmpty else {
            report(place, "this is not an array of folders", "name at least one folder, or remove `roots`")
            return []
        }
        return elements.enumerated().compactMap { index, element in
            guard let path = path(element, at: place.element(index)) else { return nil }
            if !path.isAbsolute {
                report(
                    place.element(index), "\(path.quotedBriefly) is not an absolute path",
                    "write it from the root folder `/` on")
            }
            return path
        }
    }

    private mutating func secrets(_ value: JSONValue, at place: JSONPath) -> [VaultConfig.Secret] {
        guard let members = object(value, at: place) else { return [] }
        return members.compactMap { name, value in
            if name.isEmpty { report(place.member(name), "the secret has no name", "name it as its references do") }
            return secret(SecretName(name), value, at: place.member(name))
        }
    }

    private mutating func secret(_ name: SecretName, _ value: JSONValue, at place: JSONPath) -> VaultConfig.Secret? {
        guard let members = object(value, at: place, needs: ["path", "scope"]) else { return nil }
        var path: String?
        var previousPath: String?
        var overlap: Duration?
        var scopes: [SecretScope] = []
        for (member, value) in members {
            let place = place.member(member)
            switch member {
            case "path": path = self.path(value, at: place)
            case "scope": scopes = self.scopes(value, at: place)
            case "previous_path": previousPath = self.path(value, at: place)
            case "versions": checkVersions(value, at: place)
            case "overlap": overlap = self.overlap(value, at: place)
            default: unknown(at: place, known: "`path`, `scope`, `previous_path`, `versions` and `overlap`")
            }
        }
        checkOlder(Set(members.map(\.name)), at: place)
        guard let path = path.map({ absolute($0) }) else { return nil }
        let isVersioned = members.contains { $0.name == "versions" }
        let previous = isVersioned ? "\(path)/1" : previousPath.map { absolute($0) }
        return VaultConfig.Secret(
            name: name, path: isVersioned ? "\(path)/0" : path,
            previous: previous.flatMap { path in overlap.map { .init(path: path, overlap: $0) } }, scopes: scopes)
    }

    /// A previous value without an end, an end of nothing, or two places for one value: none of them can be meant.
    private mutating func checkOlder(_ members: Set<String>, at place: JSONPath) {
        let older = members.intersection(["previous_path", "versions"])
        if older.count == 2 {
            report(
                place.member("versions"), "`previous_path` names the value before as well", "keep one of the two")
        }
        if let member = older.min(), !members.contains("overlap") {
            report(
                place, "`overlap` is missing", "say how long the value of `\(member)` counts, as \"10m\"",
                .missingMember)
        }
        if older.isEmpty, members.contains("overlap") {
            report(
                place.member("overlap"), "there is no previous value that could count",
                "add `previous_path` or `versions`, or remove it")
        }
    }

    private func absolute(_ path: String) -> String {
        path.isAbsolute ? path : "\(folder)/\(path)"
    }

    private mutating func scopes(_ value: JSONValue, at place: JSONPath) -> [SecretScope] {
        guard case .array(let elements) = value else { return scope(value, at: place).map { [$0] } ?? [] }
        if elements.isEmpty { report(place, "an empty scope admits nobody", Self.scopeRemedy, .badScope) }
        return elements.enumerated().compactMap { index, element in scope(element, at: place.element(index)) }
    }

    private mutating func scope(_ value: JSONValue, at place: JSONPath) -> SecretScope? {
        switch value {
        case .string(let text): return scope(text, at: place)
        case .object(let object): return scope(object.members.map { ($0.name, $0.value) }, at: place)
        default:
            report(place, "this is not a scope", Self.scopeRemedy, .badScope)
            return nil
        }
    }

    private mutating func scope(_ text: String, at place: JSONPath) -> SecretScope? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count <= 2, let type = parts.first, type.isResourceType, parts.dropFirst().allSatisfy(\.isID) else {
            report(
                place, "\(text.quotedBriefly) is neither a resource type nor a type and an id", Self.scopeRemedy,
                .badScope)
            return nil
        }
        return SecretScope(resourceType: type, id: parts.dropFirst().first)
    }

    private mutating func scope(_ members: Members, at place: JSONPath) -> SecretScope? {
        var type: String?
        var id: String?
        var field: String?
        if !members.contains(where: { $0.name == "resource_type" }) {
            report(place, "`resource_type` is missing", Self.scopeRemedy, .badScope)
        }
        for (name, value) in members {
            let place = place.member(name)
            switch name {
            case "resource_type":
                type = string(
                    value, at: place, as: "a resource type, as \"Client\"", .badScope, where: \.isResourceType)
            case "id":
                id = string(value, at: place, as: "an id: 1 to 64 of A-Z a-z 0-9 - .", .badScope, where: \.isID)
            case "field":
                field = string(
                    value, at: place, as: "an element's path, as \"jwt.secret\"", .badScope, where: \.isElementPath)
            default: unknown(at: place, known: "`resource_type`, `id` and `field`")
            }
        }
        return type.map { SecretScope(resourceType: $0, id: id, field: field) }
    }

    private static let scopeRemedy =
        "write \"Client\", \"Client/basic\", {\"resource_type\": \"Client\", \"id\": \"basic\"}, or an array of these"

    private mutating func object(
        _ value: JSONValue, at place: JSONPath, needs required: [String] = []
    ) -> Members? {
        guard case .object(let object) = value else {
            report(place, "this is not an object", "write { … } here")
            return nil
        }
        let members = object.members.map { ($0.name, $0.value) }
        for name in required where !members.contains(where: { $0.0 == name }) {
            report(place, "`\(name)` is missing", "add it", .missingMember)
        }
        return members
    }

    private mutating func path(_ value: JSONValue, at place: JSONPath) -> String? {
        string(value, at: place, as: "a path: a string that is not empty and holds no NUL") { path in
            !path.isEmpty && !path.utf8.contains(0)
        }
    }

    private mutating func checkVersions(_ value: JSONValue, at place: JSONPath) {
        if case .number(let number) = value, number.text == "2" { return }
        report(place, "this is not the number 2: the value in force and the one before it", "write 2, or remove it")
    }

    private mutating func overlap(_ value: JSONValue, at place: JSONPath) -> Duration? {
        let overlap = value.string.flatMap { Duration(overlap: $0) }
        if overlap == nil {
            report(place, "this is not a time from \"1s\" to \"720h\"", "write a whole number with s, m or h: \"10m\"")
        }
        return overlap
    }

    private mutating func string(
        _ value: JSONValue, at place: JSONPath, as expectation: String, _ code: VaultConfigFault.Code = .badValue,
        where isValid: (String) -> Bool
    ) -> String? {
        guard case .string(let text) = value, isValid(text) else {
            report(place, "this is not \(expectation)", "correct it", code)
            return nil
        }
        return text
    }

    private mutating func unknown(at place: JSONPath, known: String) {
        report(place, "there is no such member", "remove it; \(known) are known", .unknownMember)
    }

    private mutating func report(
        _ place: JSONPath, _ what: String, _ remedy: String, _ code: VaultConfigFault.Code = .badValue
    ) {
        faults.append(VaultConfigFault(code, at: place.text, what: what, remedy: remedy))
    }
}
