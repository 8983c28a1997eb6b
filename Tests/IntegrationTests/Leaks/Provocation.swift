import Foundation

/// A request that holds marked secrets where a server might be tempted to repeat, store or keep them.
struct Provocation {
    let name: String
    let bytes: [UInt8]

    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// A request on a connection of its own.
    init(_ method: String, _ path: String, _ fields: [String] = [], _ body: [UInt8]? = nil, framing: String? = nil) {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        for field in fields { head += "\(field)\r\n" }
        if let body {
            if !fields.contains(where: { $0.hasPrefix("Content-Type") }) {
                head += "Content-Type: application/fhir+json\r\n"
            }
            head += framing ?? "Content-Length: \(body.count)\r\n"
        }
        self.init("\(method) \(path) \(fields)", Array("\(head)\r\n".utf8) + (body ?? []))
    }

    static func credentials(_ user: String, _ password: String) -> String { basic(Array("\(user):\(password)".utf8)) }

    private static func basic(_ plain: [UInt8]) -> String {
        "Authorization: Basic \(Data(plain).base64EncodedString())"
    }

    /// - Parameters:
    ///   - right: the password of `basic` now.
    ///   - manager: the fields of one who may manage Clients.
    static func all(right: String, manager: [String]) -> [Provocation] {
        withoutTexts(right: right) + texts(right, manager)
    }

    /// Those that hold no more than the server can overwrite.
    static func withoutTexts(right: String) -> [Provocation] {
        wrongCredentials + malformedCredentials + noRequests + routes(right) + bodies(right)
    }

    private static let long = String(repeating: Marker.gone("long"), count: 300)

    private static var wrongCredentials: [Provocation] {
        let users = [
            "basic", "nobody", "inactive", "no-grant", "out-of-scope", "missing", "nul", "too-long", "outside",
            "folder",
            "no-secret", "root", Marker.gone("user"), Marker.gone("ü"), "", String(repeating: "i", count: 300),
        ]
        let passwords = [
            Marker.gone("wrong"), Marker.gone("rotated"), Marker.gone("a:b:"), Marker.gone("пароль"), long,
        ]
        return users.flatMap { user in
            passwords.map { Provocation("GET", "/fhir/Patient", [credentials(user, $0)]) }
        }
    }

    private static var malformedCredentials: [Provocation] {
        let plain = "basic:\(Marker.gone("malformed"))"
        let encoded = Data(plain.utf8).base64EncodedString()
        let unpadded = Data("basic:\(Marker.gone("12"))".utf8).base64EncodedString().replacing("=", with: "")
        let fields = [
            basic(Array(Marker.gone("no colon").utf8)), basic(Array("\(plain)\n".utf8)),
            basic(Array("\(plain)\u{85}".utf8)), basic(Array(plain.utf8) + [0xff, 0xfe]),
            basic([0] + Array(plain.utf8)), "Authorization: Basic \(encoded)!", "Authorization: Basic \(unpadded)A===",
            "Authorization: Basic \(encoded) \(encoded)", "Authorization: Basic =\(encoded)",
            "Authorization: Basic \(encoded.dropLast(5))-_==", "Authorization: Basic \(plain)",
            "Authorization: \(plain)", "Authorization: Bearer \(plain)", "Authorization: Bearer \(encoded)",
            "Authorization: Digest username=\"basic\", response=\"\(plain)\"", "Authorization: basic\t\(encoded)",
            "Proxy-Authorization: Basic \(encoded)", "Cookie: session=\(plain)", "X-Api-Key: \(plain)",
            "\(credentials("basic", plain))\r\n\(credentials("nobody", plain))",
            // What is no field line.
            "Authorization : Basic \(encoded)", "Authorization: Basic\r\n \(encoded)", "Authorization Basic \(encoded)",
            "Authorization: Basic \(encoded)\u{1}", "Authorization: \(plain)\nX: y", "Au(th)orization: \(plain)",
            "Content-Length: \(plain)", "Transfer-Encoding: \(plain)", "Expect: \(plain)", "Host: \(plain)/",
            "X-Long: \(String(repeating: plain, count: 2_000))",
            (0..<120).map { "X-\($0): \(plain)" }.joined(separator: "\r\n"),
        ]
        return fields.flatMap { [Provocation("GET", "/fhir/Patient", [$0]), Provocation("GET", "/health", [$0])] }
    }

    private static var noRequests: [Provocation] {
        let plain = Marker.gone("request")
        let field = "Host: 127.0.0.1\r\nConnection: close\r\n\(credentials("basic", plain))\r\n\r\n"
        return [
            "\(plain)\r\n\r\n", "{\(plain)}\r\n\r\n", "GET  /\(plain) HTTP/1.1\r\n\(field)",
            "GET \(plain) HTTP/1.1\r\n\r\n",
            "GET /fhir/Patient HTTP/3.0\r\n\(field)", "GET /fhir/Patient\r\n\(field)",
            "BREW /fhir/Patient HTTP/1.1\r\n\(field)",
            "GET /fhir/Patient HTTP/1.1\r\n\(credentials("basic", plain))\r\n\r\n",
            "GET /\(String(repeating: plain, count: 800)) HTTP/1.1\r\n\(field)",
            "GET /fhir/Patient HTTP/1.0\r\n\(field)",
            // Ends that do not come: 408.
            "GET /fhir/Patient HTTP/1.1\r\n\(credentials("basic", plain))\r\n",
        ].map { Provocation($0, Array($0.utf8)) }
    }

    private static func routes(_ right: String) -> [Provocation] {
        let paths = [
            "/fhir/metadata", "/fhir/Patient", "/fhir/Patient/p", "/fhir/Patient/gone", "/fhir/Patient/_search",
            "/fhir/Client", "/fhir/Client/route", "/fhir/Client/root", "/fhir/Client/_search", "/fhir/Unknown/x",
            "/fhir", "/health", "/livez", "/readyz", "/metrics", "/nowhere", "/fhir/Patient/p/_history", "/%ff",
        ]
        let credentials = [
            credentials("basic", right), credentials("basic", Marker.gone("route")), "Accept: application/fhir+json",
        ]
        let body = Array(#"{"resourceType":"Patient","id":"p"}"#.utf8)
        return paths.flatMap { path in
            credentials.flatMap { field in
                [
                    Provocation("GET", path, [field]), Provocation("PUT", path, [field], body),
                    Provocation("POST", path, [field], body), Provocation("DELETE", path, [field]),
                    Provocation("PATCH", path, [field], body), Provocation("OPTIONS", path, [field]),
                ]
            }
        }
    }

    /// Content that breaks off before it is text.
    private static func bodies(_ right: String) -> [Provocation] {
        let secret = Marker.gone("body")
        let noJSON = Array("!\(String(repeating: secret, count: 2_000))".utf8)
        let chunks = Array(
            (0..<200).map { _ in "\(String(secret.utf8.count, radix: 16))\r\n\(secret)\r\n" }.joined().utf8)
        let chunked = "Transfer-Encoding: chunked\r\n"
        return [credentials("basic", right), credentials("basic", secret), "Accept: */*"].flatMap { field in
            ["/fhir/Patient/body", "/fhir/Client/body"].flatMap { path in
                [
                    Provocation("PUT", path, [field], noJSON),
                    Provocation("PUT", path, [field, "Content-Type: text/plain"], noJSON),
                    Provocation("PUT", path, [field, "Content-Encoding: gzip"], noJSON),
                    Provocation(
                        "PUT", path, [field], Array("1\r\n!\r\n".utf8) + chunks + Array("0\r\n\r\n".utf8),
                        framing: chunked),
                    Provocation("PUT", path, [field], chunks + Array("\(secret)\r\n".utf8), framing: chunked),
                    Provocation("PUT", path, [field], noJSON, framing: "Content-Length: 9999999\r\n"),
                    // The rest does not come: 408.
                    Provocation("PUT", path, [field], noJSON, framing: "Content-Length: 99999\r\n"),
                ]
            }
        }
    }

    /// Secrets where only a mistake puts them, and a server must read them as text to find that out.
    private static func texts(_ right: String, _ manager: [String]) -> [Provocation] {
        let secret = Marker.text("literal")
        let url = "http://health-samurai.io/fhir/secret-reference"
        let masked = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
        let members = [
            #""secret": "\#(secret)""#, #""secret": ["\#(secret)"]"#, #""secret": {"value": "\#(secret)"}"#,
            #""auth": {"deep": [{"secret": "\#(secret)"}]}"#, #""secret": "\#(secret)", "secret": "\#(secret)""#,
            #""_secret": "\#(secret)""#, #""_secret": {"extension": "\#(secret)"}"#,
            #""_secret": {"extension": ["\#(secret)"]}"#,
            #""_secret": {"extension": [{"url": "\#(url)", "valueCode": "\#(secret)"}]}"#,
            #""_secret": {"extension": [{"url": "\#(masked)", "valueCode": "\#(secret)"}]}"#,
            #""_secret": {"extension": [{"url": "x", "valueString": "\#(secret)"}]}"#,
            #""grant_types": "\#(secret)""#, #""grant_types": [{"\#(secret)": 1}]"#, #""active": "\#(secret)""#,
            #""meta": "\#(secret)""#, #""secret": "\#(secret)"#, #""secret": "\#(secret)\x""#,
            #""secret": \#(secret)"#, #""secret": "\#(secret)\ud800""#, #""secret" "\#(secret)""#,
        ]
        let clients = members.flatMap { member -> [Provocation] in
            let body = Array(#"{"resourceType": "Client", "id": "literal", \#(member)}"#.utf8)
            return [
                Provocation("PUT", "/fhir/Client/literal", manager, body),
                Provocation("POST", "/fhir/Client", manager, body),
                Provocation("PUT", "/fhir/Client/literal", manager + ["Prefer: handling=strict"], body),
                Provocation("PUT", "/fhir/Client/literal", [credentials("basic", right)], body),
            ]
        }
        let queries = [
            "secret", "secret:contains", "secret:exact", "_filter", "_content", "_text", "_sort", "_elements",
            "access_token",
            "password", "client_secret", "_has:Client:x:secret",
        ].flatMap { name -> [Provocation] in
            let form = Array("\(name)=\(secret)".utf8)
            let isForm = ["Content-Type: application/x-www-form-urlencoded"]
            return ["/fhir/Client", "/fhir/Patient", "/health", "/nowhere"].map { path in
                Provocation(
                    "GET", "\(path)?\(name)=\(secret)",
                    path.hasSuffix("Patient") ? [credentials("basic", right)] : manager)
            } + [
                Provocation("POST", "/fhir/Client/_search", manager + isForm, form),
                Provocation("POST", "/fhir/Client", manager + ["If-None-Exist: \(name)=\(secret)"], form),
            ]
        }
        let fields = [
            "Accept", "Accept-Encoding", "Content-Encoding", "Content-Type", "Cookie", "If-Match", "If-None-Match",
            "Origin",
            "Prefer", "Referer", "User-Agent", "X-Forwarded-For", "X-Client-Secret",
        ].flatMap { name in
            [
                Provocation("GET", "/fhir/Client/basic", manager + ["\(name): \(secret)"]),
                Provocation("PUT", "/fhir/Client/literal", manager + ["\(name): \(secret)"], Array("{}".utf8)),
            ]
        }
        let paths = ["/\(secret)", "/fhir/\(secret)", "/fhir/Patient/\(secret)", "/fhir/Client/\(secret)?\(secret)"].map
        {
            Provocation("GET", $0, [credentials("basic", right)])
        }
        return clients + queries + fields + paths
    }
}
