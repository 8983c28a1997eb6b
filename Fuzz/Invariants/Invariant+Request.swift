import HTTP

extension Invariant {
    /// Requests on one connection (RFC 9112): however the bytes are cut, they give the same requests and the same error
    /// behind them; a plain second reading finds these requests, and nothing left over, in the same bytes, each with
    /// one framing and one Host; and spelt anew they are accepted as the same requests.
    static let request = Invariant("request") { input throws(Broken) in
        let whole = try Conversation([input])
        let plain = try agreement(on: input, whole)
        for pieces in input.deliveries {
            let other = try Conversation(pieces)
            let lengths = pieces.map(\.count)
            try require(other.error == whole.error, "cut into \(lengths): \(other.error, default: "no error")")
            try require(other.requests.count == whole.requests.count, "cut into \(lengths): another count of requests")
            try require(other.awaitsContent == whole.awaitsContent, "cut into \(lengths): content is awaited or not")
            for (request, plain) in zip(other.requests, plain) { try compare(request, plain) }
        }
        let spelt = try Conversation([plain.flatMap(\.spelt)])
        try require(spelt.error == nil, "spelt anew: \(spelt.error, default: "")")
        try require(spelt.requests.count == plain.count && !spelt.hasBytes, "spelt anew: another count of requests")
        for (request, plain) in zip(spelt.requests, plain) { try compare(request, plain) }
    }

    /// The complete requests of `whole` as they are read plainly from the same bytes.
    private static func agreement(on input: [UInt8], _ whole: Conversation) throws(Broken) -> [PlainRequest] {
        var plain: [PlainRequest] = []
        var end = 0
        for request in whole.requests.dropLast(whole.awaitsContent ? 1 : 0) {
            let read = try PlainRequest(input, from: end)
            try compare(request, read)
            plain.append(read)
            end = read.end
        }
        if whole.error == nil, !whole.awaitsContent {
            // One empty line may precede the next request line, and is dropped.
            if input[end...].starts(with: [0x0d, 0x0a]) { end += 2 }
            try require(whole.hasBytes == (end < input.count), "what is left behind the last request begins elsewhere")
        }
        return plain
    }

    private static func compare(_ request: (head: RequestHead, content: [UInt8]), _ plain: PlainRequest) throws(Broken)
    {
        let head = request.head
        let (authority, path, query) = plain.parts
        let isKnown = Method.allCases.contains { $0 != .unknown && $0.text == plain.method }
        try require(head.method == .unknown ? !isKnown : head.method.text == plain.method, "the method \(plain.method)")
        try require(head.target == RequestTarget(path: path, query: query), "the target \(plain.target)")
        try require(plain.target.utf8.allSatisfy { 0x21...0x7e ~= $0 }, "the target \(plain.target)")
        try require(["HTTP/1.0", "HTTP/1.1"].contains(plain.version), "the version \(plain.version)")
        try require(head.isHTTP10 == plain.isOld, "the version \(plain.version)")
        try require(head.keepsAlive == plain.keepsAlive, "keeps alive: \(head.keepsAlive)")
        try require(head.fields.count == plain.fields.count, "\(head.fields.count) fields")
        for (name, _) in plain.fields {
            let values = head.fields.values(FieldName(name)).map { Array($0) }
            try require(values == plain.values(name), "the field \(name): \(values.map(\.shown))")
        }
        let hosts = plain.values("host").map { String(decoding: $0, as: UTF8.self).lowercased() }
        try require(hosts.count == 1 || hosts.isEmpty && plain.isOld, "the hosts \(hosts)")
        if let authority, let host = hosts.first {
            try require(authority.lowercased() == host, "the authority \(authority) and the host \(host)")
        }
        switch head.framing {
        case .none: try require(!plain.isChunked && plain.values("content-length").isEmpty, "framing of another kind")
        case .length(let length): try require(!plain.isChunked && length == plain.content.count, "length \(length)")
        case .chunked: try require(plain.isChunked && !plain.isOld, "chunked without saying so")
        }
        try require(request.content == plain.content, "the content \(request.content.shown)")
        try require(!head.expectsContinue || !plain.isOld && !plain.values("expect").isEmpty, "expects 100 (Continue)")
    }
}
