import HTTP

extension Invariant {
    private static let header = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)

    /// Chunked content (RFC 9112 §7.1): however the bytes are cut, they give the same content or the same error; a
    /// plain second reading finds the same content with the same end, and it is not complete one byte earlier; what is
    /// accepted is accepted in single bytes too; and bare chunks within the limits are accepted.
    static let chunked = Invariant("chunked") { input throws(Broken) in
        let whole = try Conversation([header + input])
        for pieces in input.deliveries {
            let other = try Conversation([header] + pieces)
            try require(other.error == whole.error, "cut: \(other.error, default: "no error")")
            try require(other.requests.map(\.content) == whole.requests.map(\.content), "cut: other content")
        }
        let plain = PlainChunks(input[...])
        guard let request = whole.requests.first, whole.requests.count > 1 || !whole.awaitsContent else {
            let isDue = plain.map { $0.isBare && $0.content.count <= Conversation.limits.body && $0.end < 256 } ?? false
            return try require(!isDue, "refused: \(whole.error, default: "incomplete")")
        }
        guard let plain else { throw Broken("unreadable chunks are accepted: \(request.content.shown)") }
        try require(request.content == plain.content, "the content \(request.content.shown)")
        let exact = try Conversation([header + input[..<plain.end]])
        try require(hasEnded(exact) && exact.requests[0].content == plain.content, "the end is not at \(plain.end)")
        let early = try Conversation([header + input[..<(plain.end - 1)]])
        try require(early.awaitsContent && early.error == nil, "the end is before \(plain.end)")
        let single = plain.content.flatMap { Array("1\r\n".utf8) + [$0, 0x0d, 0x0a] } + Array("0\r\n\r\n".utf8)
        let spelt = try Conversation([header + single])
        try require(hasEnded(spelt) && spelt.requests[0].content == plain.content, "in single bytes it is not accepted")
    }

    private static func hasEnded(_ conversation: Conversation) -> Bool {
        conversation.error == nil && conversation.requests.count == 1 && !conversation.awaitsContent
    }
}
