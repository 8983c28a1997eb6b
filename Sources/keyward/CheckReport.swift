import Glibc
import JSON
import Server

/// Prints what is wrong with vault config, secret files and store; exit 1 if any of it is an error.
func check(_ settings: StartSettings, _ format: CheckFormat) async throws(Refusal) -> ExitStatus {
    let findings = await Inspection(settings.server).findings()
    let text =
        switch format {
        case .json: String(decoding: findings.json.serialized, as: UTF8.self) + "\n"
        case .text: findings.text
        }
    guard say(text, to: STDOUT_FILENO) else { return .inputOutput }
    return findings.contains { $0.severity == .error } ? .findings : .success
}

extension [Finding] {
    fileprivate var json: JSONValue {
        [
            "findings": .array(
                map {
                    [
                        "code": .string($0.code), "severity": .string($0.severity.rawValue), "what": .string($0.what),
                        "where": .string($0.place), "remedy": .string($0.remedy),
                    ]
                })
        ]
    }

    fileprivate var text: String {
        guard !isEmpty else { return "no findings\n" }
        return map { "\($0.severity.rawValue) \($0.code): \($0.place): \($0.what); \($0.remedy)".onOneLine + "\n" }
            .joined()
    }
}
