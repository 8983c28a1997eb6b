import JSON

@testable import HTTP

extension Response {
    var text: String { String(decoding: content, as: UTF8.self) }

    /// The content as an object; an empty one where it is none.
    var json: JSONObject { (try? JSONValue.parse(content.span, maximumDepth: 100))?.object ?? JSONObject() }

    /// `severity code` of the first issue, where the content is an OperationOutcome.
    var issue: String? {
        guard json["resourceType"]?.string == "OperationOutcome", let issue = json["issue"]?.array?.first?.object else {
            return nil
        }
        return "\(issue["severity"]?.string ?? "-") \(issue["code"]?.string ?? "-")"
    }

    var diagnostics: String { json["issue"]?.array?.first?.object?["diagnostics"]?.string ?? "" }

    /// The field lines as they are written, in their order, without those that are the connection's to add.
    var lines: [String] {
        var output: [UInt8] = []
        write(to: &output, .init(omitsContent: true, closes: false, saysKeepAlive: false, date: []))
        return String(decoding: output, as: UTF8.self).split(separator: "\r\n").dropFirst().map(String.init).filter {
            !$0.hasPrefix("Content-Length: ")
        }
    }
}

extension JSONObject {
    /// Goes down by members and, in arrays, by numbers: `value(at: "rest", "0", "resource")`.
    func value(at path: String...) -> JSONValue? {
        path.reduce(JSONValue.object(self)) { value, step in
            switch value {
            case .object(let object): object[step]
            case .array(let array): Int(step).flatMap { array.indices.contains($0) ? array[$0] : nil }
            default: nil
            }
        }
    }
}
