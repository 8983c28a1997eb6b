/// How a client behaves that is not a good one.
struct Manner: Hashable, Sendable {
    let name: String
    /// What it sends when it has connected.
    var start = ""
    /// What it sends now and then after that.
    var piece = ""
    /// Bytes that it takes now and then.
    var takes = 0
    /// Says after the start that it will send no more.
    var finishes = false
    /// Has little room for what it does not take.
    var isNarrow = false

    private static let host = "Host: localhost\r\n"

    static let silent = Manner(name: "silent")
    static let halfClosed = Manner(name: "half-closed", start: "GET /livez HTTP/1.1\r\nHos", finishes: true)
    static let slowHeader = Manner(name: "slow header", start: "GET /livez HTTP/1.1\r\n\(host)X: ", piece: "a")
    static let idle = Manner(name: "idle", start: "GET /livez HTTP/1.1\r\n\(host)\r\n", takes: 65_536)
    /// Asks for some megabytes and reads them byte by byte.
    static let slowReader = Manner(
        name: "slow reader", start: String(repeating: "GET /fhir/metadata HTTP/1.1\r\n\(host)\r\n", count: 60),
        takes: 1, isNarrow: true)
    static let slowBody = Manner(
        name: "slow body", start: RawRequest.put("slow") + "Content-Length: 1000000\r\n\r\n{", piece: " ")
    static let slowChunks = Manner(
        name: "slow chunks", start: RawRequest.put("slow") + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        piece: "1\r\n \r\n")
}
