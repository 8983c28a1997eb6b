import Foundation

/// Requests as bytes on the wire.
enum RawRequest {
    static let authorization =
        "Authorization: Basic \(Data("basic:\(Site.secret)".utf8).base64EncodedString())\r\n"

    /// The beginning of a PUT by `Client/basic`; its framing and the blank line are still to come.
    static func put(_ id: String) -> String {
        "PUT /fhir/Patient/\(id) HTTP/1.1\r\nHost: localhost\r\n\(authorization)Content-Type: application/json\r\n"
    }

    static func body(_ id: String) -> String { #"{"resourceType":"Patient","id":"\#(id)"}"# }

    /// A whole PUT, that stores something when it is executed.
    static func wholePut(_ id: String, _ fields: String = "") -> String {
        "\(put(id))\(fields)Content-Length: \(body(id).utf8.count)\r\n\r\n\(body(id))"
    }

    static func get(_ id: String, _ fields: String = "") -> String {
        "GET /fhir/Patient/\(id) HTTP/1.1\r\nHost: localhost\r\n\(authorization)\(fields)\r\n"
    }
}
