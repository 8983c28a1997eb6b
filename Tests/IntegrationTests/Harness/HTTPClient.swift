import Foundation
import TLSClient

/// A blocking HTTP/1.1 client on one connection that is kept.
final class HTTPClient {
    let port: UInt16
    private var wire: Wire?
    /// Where TLS is spoken.
    private let tls: TLSClient.Options?

    init(port: UInt16, tls: TLSClient.Options? = nil) {
        self.port = port
        self.tls = tls
    }

    /// The fields of Basic credentials.
    static func basic(_ user: String, _ password: String) -> [(String, String)] {
        [("Authorization", "Basic " + Data("\(user):\(password)".utf8).base64EncodedString())]
    }

    func get(_ path: String, _ fields: [(String, String)] = []) throws -> Answer { try send("GET", path, fields) }

    func head(_ path: String, _ fields: [(String, String)] = []) throws -> Answer { try send("HEAD", path, fields) }

    func delete(_ path: String, _ fields: [(String, String)] = []) throws -> Answer { try send("DELETE", path, fields) }

    func put(_ path: String, _ body: String, _ fields: [(String, String)] = []) throws -> Answer {
        try send("PUT", path, fields, Array(body.utf8))
    }

    func post(_ path: String, _ body: String, _ fields: [(String, String)] = []) throws -> Answer {
        try send("POST", path, fields, Array(body.utf8))
    }

    /// Sends a request and reads the response. Host, Content-Length and, with a body, Content-Type are added where they
    /// are not given. A kept connection that the server has closed meanwhile is opened anew, once.
    func send(_ method: String, _ path: String, _ fields: [(String, String)] = [], _ body: [UInt8]? = nil) throws
        -> Answer
    {
        let names = Set(fields.map { $0.0.lowercased() })
        var head = "\(method) \(path) HTTP/1.1\r\n"
        if !names.contains("host") { head += "Host: 127.0.0.1:\(port)\r\n" }
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if let body {
            if !names.contains("content-type") { head += "Content-Type: application/fhir+json\r\n" }
            if !names.contains("transfer-encoding") { head += "Content-Length: \(body.count)\r\n" }
        }
        let bytes = Array("\(head)\r\n".utf8) + (body ?? [])
        if let kept = wire {
            do {
                return try exchange(bytes, on: kept, method)
            } catch is Wire.Gone {
                wire = nil
            }
        }
        return try exchange(bytes, on: Wire(port: port, tls: tls.map { try TLSClient($0) }), method)
    }

    private func exchange(_ bytes: [UInt8], on wire: Wire, _ method: String) throws -> Answer {
        do {
            try wire.send(bytes)
        } catch is Wire.Gone where method == "PUT" || method == "POST" {
            // A server that refuses the content may have answered already.
        }
        let answer = try Answer(from: wire, toHead: method == "HEAD")
        self.wire = answer["Connection"]?.lowercased() == "close" ? nil : wire
        return answer
    }
}
