extension WireCase {
    static let connections =
        section(
            "RFC 9112 §9.3",
            [
                .served(200, ending: .closed, name: "close", get(fields: "Connection: close")),
                .served(200, ending: .closed, name: "close in capitals", get(fields: "CONNECTION: CLOSE")),
                .served(200, ending: .closed, name: "close in a list", get(fields: "Connection: x, ,close ,y")),
                .served(200, ending: .closed, name: "close, then keep", get(fields: "Connection: close, keep-alive")),
                .served(
                    200, ending: .closed, name: "keep, then close",
                    get(fields: "Connection: keep-alive\r\nConnection: close")),
                .served(200, name: "keep", get(fields: "Connection: keep-alive")),
                .served(200, name: "an option that is nearly close", get(fields: "Connection: closed")),
                .served(200, name: "a proxy's close", get(fields: "Proxy-Connection: close\r\nKeep-Alive: timeout=0")),
                .served(
                    200, name: "HTTP/1.0 that stays", "GET /livez HTTP/1.0\r\nHost: h\r\nConnection: Keep-Alive\r\n\r\n"
                ),
                .served(
                    200, ending: .closed, name: "HTTP/1.0 that stays and does not",
                    "GET /livez HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n"),
                .served(
                    200, ending: .closed, name: "a request behind the last one",
                    get(fields: "Connection: close") + put(storing: smuggled)),
            ])
        + section(
            "RFC 9110 §7.6.1",
            [
                .served(200, name: "Host as an option", get(fields: "Connection: host")),
                .served(
                    201, name: "credentials and framing as options",
                    put(
                        "Connection: authorization, content-length\r\nContent-Length: \(resource(first).utf8.count)",
                        resource(first))),
                .served(
                    201, name: "a coding as an option",
                    put("Connection: transfer-encoding\r\nTransfer-Encoding: chunked", chunk())),
            ])
        + section(
            "RFC 9110 §7.8",
            [
                .served(
                    200, name: "h2c",
                    get(
                        fields:
                            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__")),
                .served(
                    200, name: "a web socket",
                    get(
                        fields: "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")),
                .served(200, name: "TLS", get(fields: "Connection: Upgrade\r\nUpgrade: TLS/1.2, HTTP/1.1")),
                .served(
                    204, name: "h2c for the whole server",
                    "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
            ])
        + section(
            "RFC 9110 §10.1.1",
            [
                .refused(417, "an expectation that nobody knows", get(fields: "Expect: 200-ok")),
                .refused(417, "one of two that nobody knows", get(fields: "Expect: 100-continue, x")),
                .refused(417, "a second one that nobody knows", get(fields: "Expect: 100-continue\r\nExpect: x")),
                .refused(417, "one with a parameter", get(fields: "Expect: 100-continue;a=b")),
                .served(200, name: "no content", get(fields: "Expect: 100-continue")),
                .served(
                    201, name: "content at once",
                    put("Expect: 100-Continue\r\nContent-Length: \(resource(first).utf8.count)", resource(first))),
                .served(
                    413, ending: .refused, name: "too much content",
                    put("Expect: 100-continue\r\nContent-Length: 2097153", "")),
            ])

    /// Content that looks like a request.
    private static let content = put(storing: smuggled)
    private static let (length, hex) = (content.utf8.count, String(content.utf8.count, radix: 16))

    private static func carrying(_ line: String, _ fields: String = "") -> String {
        "\(line) HTTP/1.1\r\nHost: h\r\n\(fields)Content-Length: \(length)\r\n\r\n\(content)"
    }

    static let unreadContent =
        section(
            "RFC 9110 §9.3.1",
            [
                .served(200, ending: .either, name: "GET with a length", carrying("GET /livez")),
                .served(
                    200, ending: .either, name: "GET with chunks",
                    get(fields: "Transfer-Encoding: chunked") + "\(hex)\r\n\(content)\r\n0\r\n\r\n"
                ),
                .served(200, name: "GET with a length of zero", get(fields: "Content-Length: 0")),
                .served(200, ending: .either, name: "HEAD with a length", carrying("HEAD /livez"), isHead: true),
                .served(404, ending: .either, name: "GET of nothing", carrying("GET /nowhere")),
                .served(
                    200, ending: .closed, name: "GET with a length beyond all bounds",
                    get(fields: "Content-Length: 99999999999999999999") + content),
                .served(
                    200, ending: .closed, name: "GET with a chunk that is none",
                    get(fields: "Transfer-Encoding: chunked") + content),
            ])
        + section(
            "RFC 9112 §9.3, content that nobody read",
            [
                .served(401, ending: .either, name: "PUT by nobody", carrying("PUT /fhir/Patient/x")),
                .served(405, ending: .either, name: "POST where it is not served", carrying("POST /livez")),
                .served(405, ending: .either, name: "OPTIONS", carrying("OPTIONS /livez")),
                .served(204, ending: .either, name: "OPTIONS of the server", carrying("OPTIONS *")),
                .served(501, ending: .either, name: "TRACE", carrying("TRACE /livez")),
                .served(501, ending: .either, name: "a method that nobody knows", carrying("BREW /livez")),
                .served(
                    415, ending: .either, name: "PUT of another media type",
                    carrying("PUT /fhir/Patient/x", authorization)),
            ])

    static let pipelines =
        section(
            "RFC 9112 §9.3.2",
            [
                .served(200, 200, 404, name: "three good ones", get("/livez") + get("/livez") + get("/nowhere")),
                .served(201, 200, name: "one with content first", put(storing: first) + get("/livez")),
                .served(200, 201, name: "one with chunks second", get("/livez") + chunked(chunk())),
                .served(
                    200, 400, ending: .refused, name: "a bad one second",
                    get("/livez") + "GET /livez HTTP/1.1\r\n\r\n"),
                .served(
                    201, 400, ending: .refused, name: "a bad one behind content",
                    put(storing: first) + line("GET  / HTTP/1.1")),
                .served(
                    200, 400, ending: .refused, name: "a bad one before a good one",
                    get("/livez") + get(fields: "X") + content),
                .served(
                    201, 400, ending: .refused, name: "content longer than its length", put(storing: first) + "x\r\n"),
                .served(
                    201, 505, ending: .refused, name: "a preface behind content",
                    put(storing: first) + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                .served(
                    200, 501, ending: .refused, name: "a tunnel second",
                    get("/livez") + line("CONNECT h:80 HTTP/1.1", host: "h:80")),
            ])
        + section(
            "RFC 9110 §9.3.2",
            [
                .served(
                    200, 200, name: "HEAD, twice", line("HEAD /livez HTTP/1.1") + line("HEAD /livez HTTP/1.1"),
                    isHead: true),
                .served(404, name: "HEAD of nothing", line("HEAD /nowhere HTTP/1.1"), isHead: true),
                .served(
                    405, name: "HEAD where it is not served", line("HEAD /fhir/Patient/_search HTTP/1.1"),
                    isHead: true),
                .served(401, name: "HEAD by nobody", line("HEAD /fhir/Patient HTTP/1.1"), isHead: true),
                .refused(400, "HEAD of a bad target", line("HEAD livez HTTP/1.1"), isHead: true),
                .refused(
                    400, "HEAD with a bad field", "HEAD /livez HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n", isHead: true),
                .refused(
                    417, "HEAD with an expectation", "HEAD /livez HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n",
                    isHead: true),
            ])
}
