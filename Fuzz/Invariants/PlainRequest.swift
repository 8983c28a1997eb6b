import HTTP

/// A request as a plain second reading of the bytes finds it, by splitting and nothing else. It believes that the bytes
/// have been accepted: what it cannot read then should not have been.
struct PlainRequest {
    let method: String
    let target: String
    let version: String
    let fields: [(name: String, value: [UInt8])]
    let content: [UInt8]
    /// Where the bytes behind it begin.
    let end: Int

    /// Reads the request that begins at `start`.
    init(_ bytes: [UInt8], from start: Int) throws(Broken) {
        var index = start
        while bytes[index...].starts(with: [0x0d, 0x0a]) { index += 2 }
        var lines: [[UInt8]] = []
        while true {
            guard let feed = bytes[index...].firstIndex(of: 0x0a) else { throw Broken("a header has no end") }
            let line = Array(bytes[index..<feed])
            try require(line.last == 0x0d, "a header's line ends without CR")
            try require(!line.dropLast().contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }, "a control character")
            index = feed + 1
            if line.count == 1 { break }
            lines.append(line.dropLast())
        }
        guard let first = lines.first else { throw Broken("a request without a request line") }
        let words = first.split(separator: 0x20, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        try require(words.count == 3 && !words.contains(""), "a request line that is not three words")
        (method, target, version) = (words[0], words[1], words[2])
        fields = try lines.dropFirst().map { line throws(Broken) in try Self.field(line) }
        (content, end) = try Self.content(of: fields, in: bytes, from: index)
    }

    private static func field(_ line: [UInt8]) throws(Broken) -> (name: String, value: [UInt8]) {
        guard let colon = line.firstIndex(of: 0x3a) else { throw Broken("a field line without a colon") }
        let name = line[..<colon]
        try require(!name.isEmpty && name.allSatisfy { 0x21...0x7e ~= $0 }, "a field name with white space")
        return (String(decoding: name, as: UTF8.self).lowercased(), bare(line[(colon + 1)...]))
    }

    /// Without the spaces and tabs around it.
    private static func bare(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        return text.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    }

    private static func content(
        of fields: [(name: String, value: [UInt8])], in bytes: [UInt8], from start: Int
    ) throws(Broken) -> ([UInt8], Int) {
        let lengths = fields.filter { $0.name == "content-length" }.map { String(decoding: $0.value, as: UTF8.self) }
        let codings = fields.filter { $0.name == "transfer-encoding" }.map { String(decoding: $0.value, as: UTF8.self) }
        try require(lengths.isEmpty || codings.isEmpty, "both Content-Length and Transfer-Encoding")
        try require(lengths.count < 2 && codings.count < 2, "the framing is told twice")
        if let coding = codings.first {
            try require(coding.lowercased() == "chunked", "the transfer coding \(coding)")
            guard let chunks = PlainChunks(bytes[start...]) else { throw Broken("unreadable chunks") }
            return (chunks.content, chunks.end)
        }
        guard let text = lengths.first else { return ([], start) }
        guard let length = Int(text), text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), start + length <= bytes.count else {
            throw Broken("the length \(text)")
        }
        return (Array(bytes[start..<(start + length)]), start + length)
    }

    func values(_ name: String) -> [[UInt8]] { fields.filter { $0.name == name }.map(\.value) }

    var isChunked: Bool { !values("transfer-encoding").isEmpty }

    /// Whether HTTP/1.0 is spoken.
    var isOld: Bool { version == "HTTP/1.0" }

    /// The authority of an absolute-form target, and path and query.
    var parts: (authority: String?, path: String, query: String?) {
        var rest = Substring(target)
        var authority: String?
        if !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") {
            let after = target[scheme.upperBound...]
            let end = after.firstIndex { $0 == "/" || $0 == "?" } ?? after.endIndex
            authority = String(after[..<end])
            rest = after[end...]
        }
        let halves = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        return (authority, halves[0].isEmpty ? "/" : halves[0], halves.count > 1 ? halves[1] : nil)
    }

    var keepsAlive: Bool {
        let options = values("connection").flatMap { $0.split(separator: 0x2c) }.map { option in
            String(decoding: Self.bare(option), as: UTF8.self).lowercased()
        }
        return !options.contains("close") && (!isOld || options.contains("keep-alive"))
    }

    /// The request in its plainest spelling, no longer than it came.
    var spelt: [UInt8] {
        let (_, path, query) = parts
        var bytes = Array("\(method) \(path)\(query.map { "?\($0)" } ?? "") \(version)\r\n".utf8)
        for (name, value) in fields { bytes += Array("\(name):".utf8) + value + [0x0d, 0x0a] }
        return bytes + [0x0d, 0x0a] + (isChunked ? PlainChunks.spelt(content) : content)
    }
}
