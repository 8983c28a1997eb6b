/// Bytes that somebody may send to a server, and what must follow: the one table that the decoder's tests and the raw
/// sockets of the integration tests share. Whoever sends them sends `followed` behind them, on the same connection.
package struct WireCase: Sendable, CustomStringConvertible {
    /// What becomes of the connection.
    package enum Ending: Sendable {
        /// The last status is the decoder's own; the connection closes, and nothing more is looked at.
        case refused
        /// The last response was the last one: nothing more is looked at.
        case closed
        /// What follows is answered too.
        case open
        /// Content that nobody read was skipped where it had come already, else the connection closed.
        case either
    }

    /// Where the rule stands, such as `RFC 9112 §3.2`.
    package let section: String
    package let name: String
    package let text: String
    /// The statuses of all final responses, in their order.
    package let statuses: [Int]
    package let ending: Ending
    /// All requests in it are HEAD: no response has content.
    package let isHead: Bool

    package var bytes: [UInt8] { Array(text.utf8) }
    package var description: String { "\(section): \(name)" }

    /// Logical ids in the requests, all equally long, so that a test may put others in their place: a resource that
    /// exists once a status is 201, one that must never exist, and one that exists when what follows was executed.
    package static let (first, smuggled, followed) = ("first-id", "smuggled", "followed")

    /// A good request, whose execution can be seen.
    package static func put(storing id: String) -> String {
        let content = resource(id)
        return put("Content-Length: \(content.utf8.count)", content, to: id)
    }

    package static let all =
        requestLines + versions + targets + absoluteTargets + tunnels + hosts + addresses + fieldNames + fieldValues
        + lineEnds + lengths + codings + chunkSizes + chunkExtensions + trailers + connections + unreadContent
        + pipelines
}

extension WireCase {
    static func refused(_ status: Int, _ name: String, _ text: String, isHead: Bool = false) -> WireCase {
        WireCase(section: "", name: name, text: text, statuses: [status], ending: .refused, isHead: isHead)
    }

    static func served(
        _ statuses: Int..., ending: Ending = .open, name: String, _ text: String, isHead: Bool = false
    ) -> WireCase {
        WireCase(section: "", name: name, text: text, statuses: statuses, ending: ending, isHead: isHead)
    }

    static func section(_ section: String, _ cases: [WireCase]) -> [WireCase] {
        cases.map {
            WireCase(
                section: section, name: $0.name, text: $0.text, statuses: $0.statuses, ending: $0.ending,
                isHead: $0.isHead)
        }
    }

    /// A request that consists of this line and a Host.
    static func line(_ line: String, host: String = "h") -> String { "\(line)\r\nHost: \(host)\r\n\r\n" }

    /// A GET that anyone may send, with a target or a Host that may be odd.
    static func get(_ target: String, host: String = "h") -> String { line("GET \(target) HTTP/1.1", host: host) }

    /// A GET that anyone may send, with field lines that may be odd.
    static func get(fields: String) -> String { "GET /livez HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n" }

    /// Basic credentials of the client `basic` in the tests of the whole program.
    package static let authorization = "Authorization: Basic YmFzaWM6c3VwZXItc2VjcmV0LXZhbHVl\r\n"

    static func resource(_ id: String) -> String { #"{"resourceType":"Patient","id":"\#(id)"}"# }

    /// A PUT by one who may, with framing and content that may be odd.
    static func put(_ framing: String, _ content: String, to id: String = first) -> String {
        "PUT /fhir/Patient/\(id) HTTP/1.1\r\nHost: localhost\r\n\(authorization)Content-Type: application/json\r\n"
            + "\(framing)\r\n\r\n\(content)"
    }

    static func chunked(_ chunks: String) -> String { put("Transfer-Encoding: chunked", chunks) }

    /// The resource as one chunk, whose size has this many digits at least, with what follows on its line and at the
    /// end.
    static func chunk(_ rest: String = "", digits: Int = 2, trailer: String = "") -> String {
        let content = resource(first)
        let size = String(content.utf8.count, radix: 16)
        return String(repeating: "0", count: digits - size.count)
            + "\(size)\(rest)\r\n\(content)\r\n0\r\n\(trailer)\r\n"
    }
}
