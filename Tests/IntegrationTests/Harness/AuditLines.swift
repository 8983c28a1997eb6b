import Foundation

/// One line of the audit log.
struct AuditLine {
    let members: [String: Any]

    /// The lines of a text; one that is no AuditEvent in JSON is a fault.
    static func lines(of text: String) throws -> [AuditLine] {
        guard text.isEmpty || text.hasSuffix("\n") else { throw HarnessFault("a torn audit line: \(text.suffix(100))") }
        return try text.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let object, object["resourceType"] as? String == "AuditEvent" else {
                throw HarnessFault("no audit event: \(line)")
            }
            return AuditLine(members: object)
        }
    }

    private func list(_ name: String) -> [[String: Any]] { members[name] as? [[String: Any]] ?? [] }

    /// The most specific code and the outcome, as in `update 0`.
    var code: String { "\(list("subtype").last?["code"] as? String ?? "-") \(members["outcome"] as? String ?? "-")" }

    /// Who asked.
    var name: String? {
        ((list("agent").first?["who"] as? [String: Any])?["identifier"] as? [String: Any])?["value"] as? String
    }

    var address: String? { (list("agent").first?["network"] as? [String: Any])?["address"] as? String }

    /// The `X-Request-Id`.
    var request: String? {
        ((list("entity").first?["what"] as? [String: Any])?["identifier"] as? [String: Any])?["value"] as? String
    }

    var secret: String? { list("entity").last?["name"] as? String }

    var details: [String: String] {
        let all = (list("entity").last?["detail"] as? [[String: String]] ?? []).compactMap { detail in
            detail["type"].flatMap { type in detail["valueString"].map { (type, $0) } }
        }
        return Dictionary(all) { first, _ in first }
    }
}
