internal import JSON

extension AuditEvent {
    /// The codes of http://hl7.org/fhir/restful-interaction that occur here.
    package enum Interaction: String, Sendable {
        case read, vread, create, update, delete
        case history = "history-instance"
        case search = "search-type"

        var action: Action {
            switch self {
            case .read, .vread, .history: .read
            case .create: .create
            case .update: .update
            case .delete: .delete
            case .search: .execute
            }
        }

        /// The profile of BALP that an event of its success keeps.
        var profile: String? {
            let name: String? =
                switch self {
                case .create: "Create"
                case .update: "Update"
                case .delete: "Delete"
                case .read, .vread, .history, .search: nil
                }
            return name.map { "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.\($0)" }
        }

        // BALP's profile of a delete has other words for the two sides than the rest.
        var roleOfClient: AuditCode { self == .delete ? .application : .sourceRole }
        var roleOfServer: AuditCode { self == .delete ? .custodian : .destinationRole }
    }

    /// Who asked, and from which address.
    package struct Requestor: Sendable {
        /// `Client/basic`, `root`; nil for one who is not known.
        let name: String?
        let address: String
        /// The subject of the certificate that the connection was opened with (RFC 4514), where there was one.
        let certificate: String?

        package init(_ name: String?, at address: String, certificate: String? = nil) {
            self.name = name
            self.address = address
            self.certificate = certificate
        }
    }

    /// This server.
    package struct Server: Sendable {
        static let name = "keyward"

        /// What it listens on: an address or a name.
        let host: String
        /// The name of its machine.
        let site: String

        package init(host: String, site: String) {
            self.host = host
            self.site = site
        }
    }

    /// Who took part.
    struct Agent {
        private let role: AuditCode
        private let name: String?
        private let display: String?
        private let address: String
        private let certificate: String?
        private let isRequestor: Bool

        init(_ role: AuditCode, _ requestor: Requestor) {
            self.role = role
            name = requestor.name
            display = requestor.name == nil ? "unknown" : nil
            address = requestor.address
            certificate = requestor.certificate
            isRequestor = true
        }

        init(_ role: AuditCode, _ server: Server, isRequestor: Bool = false) {
            self.role = role
            name = nil
            display = Server.name
            address = server.host
            certificate = nil
            self.isRequestor = isRequestor
        }

        var json: JSONValue {
            // A Client is no type that R4 lets an agent refer to: it is named by an identifier.
            let who: JSONValue =
                if let name { ["identifier": ["value": .string(name)]] } else { ["display": .string(display ?? "")] }
            var agent = JSONObject()
            agent["type"] = ["coding": [role.json]]
            agent["who"] = who
            if let certificate { agent["altId"] = .string(certificate) }
            agent["requestor"] = .bool(isRequestor)
            agent["network"] = ["address": .string(address), "type": .string(address.isIPAddress ? "2" : "1")]
            return .object(agent)
        }
    }

    /// What it was about.
    package struct Entity: Sendable {
        private let type: AuditCode
        private let role: AuditCode?
        private let what: JSONValue?
        private let name: String?
        private let details: [(String, String)]

        private init(
            _ type: AuditCode, _ role: AuditCode? = nil, what: JSONValue? = nil, name: String? = nil,
            details: [(String, String)] = []
        ) {
            self.type = type
            self.role = role
            self.what = what
            self.name = name
            self.details = details
        }

        /// The request, by its `X-Request-Id`.
        static func request(_ id: String) -> Entity {
            Entity(.requestID, what: ["identifier": ["value": .string(id)]])
        }

        /// A resource.
        package static func resource(_ key: ResourceKey) -> Entity {
            Entity(.systemObject, .domainResource, what: ["reference": .string(key.text)])
        }

        /// The resources of a type, or one that was named by what is no id.
        package static func resources(of type: ResourceType) -> Entity {
            Entity(.systemObject, .domainResource, what: ["display": .string(type.name)])
        }

        /// A secret, by its name, and what there is to say of it.
        package static func secret(_ name: String, _ details: [(String, String)] = []) -> Entity {
            Entity(.systemObject, .securityResource, name: name, details: details)
        }

        /// What has no role of its own, such as the audit log or the vault config.
        package static func object(_ name: String, _ details: [(String, String)] = []) -> Entity {
            Entity(.systemObject, name: name, details: details)
        }

        var json: JSONValue {
            var object = JSONObject()
            if let what { object["what"] = what }
            object["type"] = type.json
            if let role { object["role"] = role.json }
            if let name { object["name"] = .string(name) }
            if !details.isEmpty {
                object["detail"] = .array(details.map { ["type": .string($0), "valueString": .string($1)] })
            }
            return .object(object)
        }
    }
}

extension String {
    /// Enough to tell an address from a name: every IPv6 address has a colon, and no name ends in a digit's label.
    fileprivate var isIPAddress: Bool {
        contains(":")
            || utf8.allSatisfy { $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
