import Foundation

/// A response as a client sees it.
struct Answer: CustomStringConvertible {
    var description: String { "\(head)\n\n\(text.prefix(500))" }

    let status: Int
    /// Status line and fields as they arrived, without the blank line.
    let head: String
    let fields: [(name: String, value: String)]
    let body: [UInt8]

    /// Reads one response from the beginning of `wire`'s bytes, waiting for all of it.
    init(from wire: Wire, toHead: Bool = false) throws {
        var headEnd = Self.endOfHead(wire.received)
        while headEnd == nil {
            guard try wire.receive() else { throw Wire.Gone(reason: "end before a whole header: \(wire.text)") }
            headEnd = Self.endOfHead(wire.received)
        }
        guard let end = headEnd else { throw HarnessFault("no header") }
        let head = String(decoding: wire.received[..<end], as: UTF8.self)
        let lines = head.components(separatedBy: "\r\n")
        guard lines[0].hasPrefix("HTTP/1.1 "), let status = Int(lines[0].dropFirst(9).prefix(3)) else {
            throw HarnessFault("no status line: \(lines[0])")
        }
        fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        self.status = status
        self.head = head
        let named = fields
        let length = named.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) }
        let hasNoBody = toHead || status / 100 == 1 || status == 204 || status == 304
        let count = hasNoBody ? 0 : length
        guard let count else { throw HarnessFault("a response without Content-Length: \(head)") }
        while wire.received.count < end + 4 + count {
            guard try wire.receive() else { throw HarnessFault("end in the middle of content: \(wire.text)") }
        }
        body = Array(wire.received[(end + 4)..<(end + 4 + count)])
        wire.drop(end + 4 + count)
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 0...(bytes.count - 4)
        where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 && bytes[index + 3] == 10 {
            return index
        }
        return nil
    }

    /// The value of a field; names in any case.
    subscript(name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: [String: Any] {
        get throws {
            guard let object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
                throw HarnessFault("not a JSON object: \(text)")
            }
            return object
        }
    }

    /// `meta.versionId`.
    var version: Int? {
        ((try? json)?["meta"] as? [String: Any])?["versionId"].flatMap { $0 as? String }.flatMap { Int($0) }
    }

    /// The resources of a searchset Bundle that matched.
    var matches: [[String: Any]] {
        get throws {
            let entries = try json["entry"] as? [[String: Any]] ?? []
            return entries.filter { ($0["search"] as? [String: Any])?["mode"] as? String == "match" }
                .compactMap { $0["resource"] as? [String: Any] }
        }
    }

    func link(_ relation: String) throws -> String? {
        let links = try json["link"] as? [[String: Any]] ?? []
        return links.first { $0["relation"] as? String == relation }?["url"] as? String
    }

    /// The issues of an OperationOutcome.
    struct Issue {
        let severity: String?
        let code: String?
        let diagnostics: String?
    }

    var issues: [Issue] {
        get throws {
            guard try json["resourceType"] as? String == "OperationOutcome" else {
                throw HarnessFault("no OperationOutcome but \(text)")
            }
            return (try json["issue"] as? [[String: Any]] ?? []).map {
                Issue(
                    severity: $0["severity"] as? String, code: $0["code"] as? String,
                    diagnostics: $0["diagnostics"] as? String)
            }
        }
    }

    /// Whether this is an OperationOutcome that says something.
    var isOutcome: Bool {
        guard let issues = try? issues, !issues.isEmpty else { return false }
        return issues.allSatisfy { $0.severity != nil && $0.code != nil && $0.diagnostics?.isEmpty == false }
    }

    /// All of it but what differs between any two responses.
    var comparable: String {
        let constant = fields.filter { !["x-request-id", "date"].contains($0.name.lowercased()) }
        return "\(head.components(separatedBy: "\r\n")[0])\n"
            + constant.map { "\($0.name): \($0.value)\n" }.joined() + "\n\(text)"
    }
}
