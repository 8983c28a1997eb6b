import HTTP
import Testing
import Transport

/// What a decoder makes of some bytes: the requests it found, and how it ended.
struct Decoded: Equatable {
    var requests: [String] = []
    var error: HTTPError?

    /// Feeds `pieces` one after the other, as a connection would.
    init(_ pieces: [[UInt8]], limits: Limits = Limits()) {
        var decoder = RequestDecoder(limits: limits)
        var head: RequestHead?
        do throws(HTTPError) {
            for piece in pieces {
                decoder.buffer.append(piece.span)
                while true {
                    if head == nil { head = try decoder.head() }
                    guard let found = head, let content = try decoder.content() else { break }
                    requests.append(Self.describe(found, content.bytes))
                    head = nil
                }
            }
        } catch {
            self.error = error
        }
    }

    init(_ text: String, limits: Limits = Limits()) {
        self.init([Array(text.utf8)], limits: limits)
    }

    private static func describe(_ head: RequestHead, _ content: [UInt8]) -> String {
        let host = head.fields[.host] ?? "-"
        let query = head.target.query.map { "?\($0)" } ?? ""
        let body = String(decoding: content, as: UTF8.self)
        return "\(head.method) \(head.target.path)\(query) \(host) \(head.fields.count) \(head.keepsAlive) [\(body)]"
    }
}

/// Every way to cut `bytes` in two, and byte by byte.
func splits(_ bytes: [UInt8]) -> [[[UInt8]]] {
    (1..<max(bytes.count, 2)).map { [Array(bytes[..<$0]), Array(bytes[$0...])] } + [bytes.map { [$0] }]
}

@Suite struct RequestDecoderTests {
    static let good: [(String, [String])] = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["get / a 1 true []"]),
        ("\r\nGET /x?y=z HTTP/1.1\r\nhOST:a:80\r\n\r\n", ["get /x?y=z a:80 1 true []"]),
        ("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", ["put /x a 2 true [hello]"]),
        (
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3\r\nabc\r\n02;n=\"v\"\r\nde\r\n0\r\nT: 1\r\n\r\n",
            ["post /x a 2 true [abcde]"]
        ),
        (
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPUT /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
                + "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: foo, close\r\n\r\n",
            ["get /1 a 1 true []", "put /2 a 2 true [x]", "get /3 a 2 false []"]
        ),
        ("GET http://A:80/p HTTP/1.1\r\nHost: a:80\r\n\r\n", ["get /p a:80 1 true []"]),
        ("GET / HTTP/1.0\r\n\r\n", ["get / - 0 false []"]),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", ["get / a 1 true []"]),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", ["get / - 1 true []"]),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ["options * a 1 true []"]),
        ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", ["unknown / a 1 true []"]),
        ("GET / HTTP/1.1\r\nHost:\t a \t\r\nX-Empty:\r\n\r\n", ["get / a 2 true []"]),
        ("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", ["get / [::1]:8080 1 true []"]),
    ]

    @Test(arguments: good)
    func aGoodRequestIsUnderstoodInAnySplit(text: String, requests: [String]) {
        #expect(Decoded(text).requests == requests)
        for pieces in splits(Array(text.utf8)) {
            let decoded = Decoded(pieces)
            #expect(decoded.requests == requests && decoded.error == nil)
        }
    }

    /// Values are looked at in pieces of eight bytes: none of them, nor what is left of the last one, may miss a byte.
    @Test(arguments: [0x00, 0x01, 0x0b, 0x1f, 0x7f] as [UInt8])
    func aControlCharacterIsFoundWhereverItIs(byte: UInt8) {
        for count in 1...26 {
            for place in 0..<count {
                var value = [UInt8](repeating: 0x78, count: count)
                func error() -> HTTPError? {
                    let start = Array("GET / HTTP/1.1\r\nHost: a\r\nX:".utf8)
                    return Decoded([start + value + Array("\r\n\r\n".utf8)]).error
                }
                value[place] = byte
                #expect(error()?.status == .badRequest)
                value[place] = .random(in: 0x80...0xff)
                #expect(error() == nil)
                value[place] = 0x09
                #expect(error() == nil)
            }
        }
    }

    /// A path ends at the first question mark, and a target at the first space, wherever they are.
    @Test func aPathAndAQueryOfAnyLengthAreCutWhereTheyEnd() {
        for count in 1...26 {
            let path = "/" + String(repeating: "x", count: count - 1)
            for query in ["", "?", "?a?b", "?" + String(repeating: "y", count: count)] {
                let decoded = Decoded("GET \(path)\(query) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(decoded.requests == ["get \(path)\(query) a 1 true []"])
            }
            for bad in ["\(path)\"", "\"\(path)", "\(path)\"?a", "\(path)?a\"", "\(path)#a"] {
                #expect(Decoded("GET \(bad) HTTP/1.1\r\nHost: a\r\n\r\n").error?.status == .badRequest)
            }
        }
    }

    @Test func whatFollowsARefusedRequestIsNotExecuted() {
        let decoded = Decoded(
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(decoded.requests == ["get /1 a 1 true []"])
        #expect(decoded.error?.status == .badRequest)
    }

    @Test func everyLimitHasItsStatusOnBothSidesOfTheEdge() {
        var limits = Limits()
        limits.target = 20
        limits.header = 200
        limits.trailer = 200
        limits.fields = 3
        limits.body = 10
        limits.chunkExtension = 8
        func status(_ text: String) -> Int? { Decoded(text, limits: limits).error?.status.code }
        func get(_ target: String, _ fields: String = "") -> String {
            "GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
        }
        func chunked(_ content: String) -> String {
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(content)"
        }
        let dots = String(repeating: ".", count: 200)

        #expect(status(get("/\(dots.prefix(19))")) == nil)
        #expect(status(get("/\(dots.prefix(20))")) == 414)
        #expect(status("GET /\(dots)") == 414)
        #expect(status(get("/", "A: 1\r\nB: 2\r\n")) == nil)
        #expect(status(get("/", "A: 1\r\nB: 2\r\nC: 3\r\n")) == 431)
        #expect(status(get("/", "A: \(dots.prefix(168))\r\n")) == nil)
        #expect(status(get("/", "A: \(dots.prefix(169))\r\n")) == 431)
        #expect(status("GET / HTTP/1.1\r\nA: \(dots)") == 431)
        #expect(status("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789") == nil)
        #expect(status("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n") == 413)
        #expect(status(chunked("a\r\n0123456789\r\n0\r\n\r\n")) == nil)
        #expect(status(chunked("a\r\n0123456789\r\n1\r\n")) == 413)
        #expect(status(chunked("fffffffffffffffff\r\n")) == 413)
        #expect(status(chunked("1;\(dots.prefix(7))\r\na\r\n0\r\n\r\n")) == nil)
        #expect(status(chunked("1;\(dots.prefix(8))\r\n")) == 400)
        #expect(status(chunked("0\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n")) == 431)
        #expect(status(chunked("0\r\nA: \(dots)")) == 431)
    }
}
