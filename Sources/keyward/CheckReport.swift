import Glibc
import JSON
import Server

/// Prints what is wrong with vault config, secret files, mounts and store; exit 1 if any of it is an error.
func check(_ settings: StartSettings, _ format: CheckFormat) async -> ExitStatus {
    let findings = await Inspection(settings.server).findings()
    guard say(format.report(findings), to: STDOUT_FILENO) else { return .inputOutput }
    return ExitStatus(findings)
}

extension ExitStatus {
    init(_ findings: [Finding]) {
        self = findings.contains { $0.severity == .error } ? .findings : .success
    }
}

extension CheckFormat {
    /// All that was found: a line each, or one JSON object on one line.
    func report(_ findings: [Finding]) -> String {
        switch self {
        case .json: line(["findings": .array(findings.map { .object($0.members) })])
        case .text where findings.isEmpty: "no findings\n"
        case .text: findings.map { "\($0.text)\n" }.joined()
        }
    }

    /// One finding that came or went since the last look.
    func report(_ change: FindingChange) -> String {
        switch self {
        case .text: return "\(change.isFound ? "+" : "-") \(change.finding.text)\n"
        case .json:
            var members = change.finding.members
            members.insert(change.isFound ? "found" : "gone", for: "change", after: nil)
            return line(.object(members))
        }
    }

    private func line(_ value: JSONValue) -> String {
        String(decoding: value.serialized, as: UTF8.self) + "\n"
    }
}

extension Finding {
    fileprivate var members: JSONObject {
        var members = JSONObject()
        members["code"] = .string(code.rawValue)
        members["severity"] = .string(severity.rawValue)
        members["what"] = .string(what)
        members["where"] = .string(place)
        members["remedy"] = .string(remedy)
        return members
    }

    fileprivate var text: String {
        "\(severity.rawValue) \(code.rawValue): \(place): \(what); \(remedy)".onOneLine
    }
}
