import FHIR
import Foundation
import HTTP
import JSON
import Testing
import Transport

@testable import Server

extension Address {
    static let here = Address(ipv4: 0x7f00_0001, port: 50_000)
    static let elsewhere = Address(ipv4: 0xc000_0201, port: 50_000)
}

extension Request {
    init(
        _ method: Method, _ target: String, _ fields: [(FieldName, String)] = [], content: String = "",
        from peer: Address = .here, arrived: Deadline = .now()
    ) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let target = RequestTarget(path: parts[0], query: parts.dropFirst().first)
        self.init(
            RequestHead(method: method, target: target, fields: fields), from: peer,
            arrived: arrived, content: GivenContent(Array(content.utf8)))
    }
}

extension RequestName {
    static func named(_ text: String) -> RequestName {
        guard let name = RequestName(Array(text.utf8).span) else { preconditionFailure("\(text) names no request") }
        return name
    }
}

extension Exchange {
    convenience init(
        _ method: Method, _ target: String, _ fields: [(FieldName, String)] = [], content: String = "",
        from peer: Address = .here, arrived: Deadline = .now()
    ) {
        self.init(
            Request(method, target, fields, content: content, from: peer, arrived: arrived),
            id: .named("r-1"))
    }
}

extension Endpoint {
    func serve(_ exchange: Exchange) async throws -> Response {
        switch service {
        case .prompt(let serve): try serve(exchange)
        case .waiting(let serve): try await serve(exchange)
        }
    }
}

func basic(_ user: String, _ password: String) -> (FieldName, String) {
    (.authorization, "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())")
}

/// The JSON of a Client that refers to `secret`.
func client(_ id: String, secret: String?, _ more: String = #""grant_types":["basic"]"#) -> String {
    let reference = secret.map { name in
        #","_secret":{"extension":[{"url":"\#(SecretReference.absentReasonURL)","valueCode":"masked"},"#
            + #"{"url":"\#(SecretReference.url)","valueString":"\#(name)"}]}"#
    }
    return #"{"resourceType":"Client","id":"\#(id)",\#(more)\#(reference ?? "")}"#
}

/// The JSON of a Client that refers to `secret` below its member `jwt`, and nowhere else.
func clientWithJWT(_ id: String, secret: String) -> String {
    let inner = client(id, secret: secret, #""x":1"#)
    return client(id, secret: nil, #""grant_types":["basic"],"jwt":\#(inner)"#)
}

/// The JSON of a TokenIntrospector that refers to `secret` in its field `jwt.secret`.
func introspector(_ id: String, secret: String) -> String {
    clientWithJWT(id, secret: secret).replacing(
        #"{"resourceType":"Client""#, with: #"{"resourceType":"TokenIntrospector""#)
}

func patient(_ id: String, family: String = "Chalmers") -> String {
    #"{"resourceType":"Patient","id":"\#(id)","name":[{"family":"\#(family)"}],"x":1.10}"#
}

/// The JSON of a transaction Bundle that puts these.
func bundle(_ resources: [String]) -> String {
    let entries = resources.map { json in
        let key = (try? resource(json).key.text) ?? ""
        return #"{"request":{"method":"PUT","url":"\#(key)"},"resource":\#(json)}"#
    }
    return #"{"resourceType":"Bundle","type":"transaction","entry":[\#(entries.joined(separator: ","))]}"#
}

func key(_ text: String) throws -> ResourceKey {
    let parts = text.split(separator: "/").map(String.init)
    return ResourceKey(type: try #require(ResourceType(parts[0])), id: try #require(LogicalID(parts[1])))
}

func resource(_ text: String) throws -> Resource {
    try Resource(
        try #require(try JSONValue.parse(Array(text.utf8).span, maximumDepth: JSONValue.nestingCeiling).object))
}
