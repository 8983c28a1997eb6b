internal import JSON

extension VaultConfig {
    /// The config that `bytes` spell, JSON of at most `limit` bytes.
    ///
    /// Strict, so that a slip of the pen is never a secret that works for nobody or for everybody: an unknown member
    /// is a fault at every level. An empty `secret` object is no fault, since a config may be there before its secrets.
    ///
    /// - Parameter folder: the config file's folder, absolute; a relative `path` starts there.
    package static func decode(_ bytes: Span<UInt8>, folder: String) throws(VaultConfigFaults) -> VaultConfig {
        guard bytes.count <= limit else { throw .tooLarge }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue.parse(bytes, maximumDepth: maximumDepth)
        } catch {
            let place = "line \(error.line), column \(error.column)"
            throw VaultConfigFaults([
                VaultConfigFault(place: place, what: error.fault.description, remedy: "correct the vault config there")
            ])
        }
        var decoder = VaultConfigDecoder(folder: folder)
        let config = decoder.config(document)
        guard decoder.faults.isEmpty else { throw VaultConfigFaults(decoder.faults) }
        return config
    }

    /// The config in the file at `path`. A relative path starts at the working folder.
    package static func load(_ path: String, from files: any FileSystem) throws(VaultConfigFaults) -> VaultConfig {
        let contents: SecretBytes
        var folder: String
        do throws(Errno) {
            // The folder is that of the path as it is spelt: the files beside a link are not those beside its target.
            folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            if !path.isAbsolute {
                folder = try files.realPath(of: FilePath(".")) + (folder.isEmpty ? "" : "/" + folder)
            } else if folder.isEmpty {
                folder = "/"
            }
            contents = try files.open(FilePath(path)).contents(limit: limit)
        } catch {
            throw VaultConfigFaults([
                VaultConfigFault(
                    place: path, what: "it cannot be read (\(error))",
                    remedy: "write the vault config there, readable for the user that runs keyward")
            ])
        }
        return try contents.withBytes { bytes throws(VaultConfigFaults) in try decode(bytes, folder: folder) }
    }
}

extension VaultConfigFaults {
    fileprivate static let tooLarge = VaultConfigFaults([
        VaultConfigFault(
            place: "$", what: "the config is larger than \(VaultConfig.limit) bytes",
            remedy: "keep to what a vault config needs: names, paths and scopes")
    ])
}

/// Walks the document once and collects what is wrong; what it returns counts only where nothing is.
private struct VaultConfigDecoder {
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
            default: unknown(name, in: place, known: "`roots` and `secret`")
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
                    place.element(index), "'\(path)' is not an absolute path", "write it from the root folder `/` on")
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
        var scopes: [SecretScope] = []
        for (member, value) in members {
            switch member {
            case "path": path = self.path(value, at: place.member(member))
            case "scope": scopes = self.scopes(value, at: place.member(member))
            case "previous_path", "overlap":
                report(place.member(member), "this version does not support `\(member)` yet", "remove it")
            default: unknown(member, in: place, known: "`path` and `scope`")
            }
        }
        guard let path else { return nil }
        return VaultConfig.Secret(name: name, path: path.isAbsolute ? path : "\(folder)/\(path)", scopes: scopes)
    }

    private mutating func scopes(_ value: JSONValue, at place: JSONPath) -> [SecretScope] {
        guard case .array(let elements) = value else { return scope(value, at: place).map { [$0] } ?? [] }
        if elements.isEmpty { report(place, "an empty scope admits nobody", Self.scopeRemedy) }
        return elements.enumerated().compactMap { index, element in scope(element, at: place.element(index)) }
    }

    private mutating func scope(_ value: JSONValue, at place: JSONPath) -> SecretScope? {
        switch value {
        case .string(let text): return scope(text, at: place)
        case .object(let object): return scope(object.members.map { ($0.name, $0.value) }, at: place)
        default:
            report(place, "this is not a scope", Self.scopeRemedy)
            return nil
        }
    }

    private mutating func scope(_ text: String, at place: JSONPath) -> SecretScope? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count <= 2, let type = parts.first, type.isResourceType, parts.dropFirst().allSatisfy(\.isID) else {
            report(place, "'\(text)' is neither a resource type nor a type and an id", Self.scopeRemedy)
            return nil
        }
        return SecretScope(resourceType: type, id: parts.dropFirst().first)
    }

    private mutating func scope(_ members: [(String, JSONValue)], at place: JSONPath) -> SecretScope? {
        var type: String?
        var id: String?
        var field: String?
        if !members.contains(where: { $0.0 == "resource_type" }) {
            report(place, "`resource_type` is missing", Self.scopeRemedy)
        }
        for (name, value) in members {
            let place = place.member(name)
            switch name {
            case "resource_type":
                type = string(value, at: place, as: "a resource type, as \"Client\"", where: \.isResourceType)
            case "id":
                id = string(value, at: place, as: "an id: 1 to 64 of A-Z a-z 0-9 - .", where: \.isID)
            case "field":
                field = string(value, at: place, as: "an element's path, as \"jwt.secret\"", where: \.isElementPath)
            default: report(place, "there is no such member", "remove it; `resource_type`, `id` and `field` are known")
            }
        }
        return type.map { SecretScope(resourceType: $0, id: id, field: field) }
    }

    private static let scopeRemedy =
        "write \"Client\", \"Client/basic\", {\"resource_type\": \"Client\", \"id\": \"basic\"}, or an array of these"

    private mutating func object(
        _ value: JSONValue, at place: JSONPath, needs required: [String] = []
    ) -> [(String, JSONValue)]? {
        guard case .object(let object) = value else {
            report(place, "this is not an object", "write { … } here")
            return nil
        }
        let members = object.members.map { ($0.name, $0.value) }
        for name in required where !members.contains(where: { $0.0 == name }) {
            report(place, "`\(name)` is missing", "add it")
        }
        return members
    }

    private mutating func path(_ value: JSONValue, at place: JSONPath) -> String? {
        string(value, at: place, as: "a path: a string that is not empty and holds no NUL") { path in
            !path.isEmpty && !path.utf8.contains(0)
        }
    }

    private mutating func string(
        _ value: JSONValue, at place: JSONPath, as expectation: String, where isValid: (String) -> Bool
    ) -> String? {
        guard case .string(let text) = value, isValid(text) else {
            report(place, "this is not \(expectation)", "correct it")
            return nil
        }
        return text
    }

    private mutating func unknown(_ name: String, in place: JSONPath, known: String) {
        report(place.member(name), "there is no such member", "remove it; \(known) are known")
    }

    private mutating func report(_ place: JSONPath, _ what: String, _ remedy: String) {
        faults.append(VaultConfigFault(place: place.text, what: what, remedy: remedy))
    }
}

extension String {
    fileprivate var isAbsolute: Bool { utf8.first == UInt8(ascii: "/") }

    fileprivate var isResourceType: Bool { !isEmpty && utf8.allSatisfy(\.isASCIILetter) }

    /// FHIR R4, datatype `id`: `[A-Za-z0-9\-\.]{1,64}`.
    fileprivate var isID: Bool {
        (1...64).contains(utf8.count)
            && utf8.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }

    /// Names, joined by dots.
    fileprivate var isElementPath: Bool {
        split(separator: ".", omittingEmptySubsequences: false).allSatisfy { name in
            !name.isEmpty
                && name.utf8.allSatisfy {
                    $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
    }
}
