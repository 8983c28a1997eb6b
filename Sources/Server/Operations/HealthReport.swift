internal import HTTP
internal import JSON
internal import Vault

/// What one look at store and vault found.
struct HealthReport: Sendable {
    struct Store: Sendable {
        /// Why it takes no writes, if so. For the log; the response names nothing.
        let refusal: String?
    }

    struct Vault: Sendable {
        /// References, root's included, and how many of them can be used.
        let references: Int
        let usable: Int
        /// How the secrets of the config in force stand.
        let secrets: [SecretStatus.State]
        /// What is wrong with the file of the config, while the last good one is in force.
        let configFaults: [VaultConfigFault.Code]
        /// Seconds since the config in force came into force.
        let configAge: UInt64

        /// In numbers, since names are for the log.
        fileprivate var counts: JSONObject {
            var counts = JSONObject()
            for state in SecretStatus.State.allCases {
                counts["secrets_\(state.rawValue)"] = .number(JSONNumber(secrets.count { $0 == state }))
            }
            counts["config_age_seconds"] = .number(JSONNumber(Int(clamping: configAge)))
            return counts
        }

        fileprivate var complaints: [String] {
            var complaints: [String] = []
            if !configFaults.isEmpty {
                let codes = Set(configFaults.map(\.rawValue)).sorted().joined(separator: ", ")
                complaints.append(
                    "The file of the vault config is faulty (\(codes)), and the log names each place; "
                        + "the last good one has been in force for \(configAge) s.")
            }
            if usable < references {
                complaints.append(
                    "\(references - usable) of \(references) secret references cannot be used now; `keyward check` "
                        + "names them.")
            }
            return complaints
        }
    }

    let store: Store
    let vault: Vault
    /// What is wrong with TLS, by its codes; nothing where it is off.
    let tlsFaults: [FindingCode]?
    /// Whether the audit log takes lines; nothing where none is set.
    let auditIsWritable: Bool?

    /// `application/health+json`; 503 when it fails.
    func response(_ version: String) -> Response {
        var checks = JSONObject()
        checks["store"] = [Self.check(storeStatus, "The store takes no writes; the log says why.")]
        checks["vault"] = [Self.check(vaultStatus, vault.complaints.joined(separator: " "), vault.counts)]
        if tlsFaults != nil { checks["tls"] = [Self.check(tlsStatus, tlsComplaints.joined(separator: " "))] }
        if let auditIsWritable {
            checks["audit"] = [
                Self.check(auditIsWritable ? "pass" : "fail", "The audit log takes no lines; the log says why.")
            ]
        }
        let fails = store.refusal != nil || auditIsWritable == false
        let report: JSONValue = [
            "status": .string(fails ? "fail" : vaultStatus == "warn" ? vaultStatus : tlsStatus), "version": "1",
            "releaseId": .string(version),
            "checks": .object(checks),
        ]
        return Response(
            fails ? .serviceUnavailable : .ok, content: report.serialized, type: "application/health+json")
    }

    private var storeStatus: String { store.refusal == nil ? "pass" : "fail" }
    private var vaultStatus: String { vault.complaints.isEmpty ? "pass" : "warn" }

    private var tlsComplaints: [String] {
        (tlsFaults ?? []).map { fault in
            switch fault {
            case .tlsCertificateExpired:
                "The certificate in force has expired (\(fault.rawValue)); clients refuse it, so deliver a new one."
            case .tlsCertificateNotYetValid:
                "The certificate in force is not valid yet (\(fault.rawValue)); clients refuse it: see whether this "
                    + "machine's clock is right, or deliver one that is valid now."
            default:
                "The TLS files are faulty (\(fault.rawValue)), `keyward check` says how; the last ones that could be "
                    + "used are in force."
            }
        }
    }

    private var tlsStatus: String { tlsFaults?.isEmpty ?? true ? "pass" : "warn" }

    private static func check(_ status: String, _ output: String, _ more: JSONObject = JSONObject()) -> JSONValue {
        var object = JSONObject()
        object["status"] = .string(status)
        if status != "pass" { object["output"] = .string(output) }
        for (name, value) in more.members.map({ ($0.name, $0.value) }) { object[name] = value }
        return .object(object)
    }
}
