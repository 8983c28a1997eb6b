package import Transport

/// Turns the bytes of one connection into requests, one after the other (RFC 9112): a pure value that is fed bytes, in
/// whatever pieces they come, and asked for what they make. It never waits. After an error it knows no more where a
/// request begins: it answers the same error for ever.
package struct RequestDecoder: ~Copyable {
    /// Where arriving bytes are appended.
    package var buffer = ReceivedBytes()

    private let limits: MessageLimits
    private let scheme: Scheme
    private var header = HeaderDecoder()
    private var framing = RequestHead.Framing.none
    private var chunks: ChunkedDecoder?
    /// Where in the buffer the header begins that is being decoded, or what is left of the content.
    private var start = 0
    /// Counted from `start`: where the line begins whose end has not arrived, and how far its end was looked for.
    private var line = 0
    private var searched = 0
    private var hasSkippedEmptyLine = false
    private var failure: HTTPError?

    package init(limits: Limits, scheme: Scheme = .http) {
        self.init(limits: MessageLimits(limits), scheme: scheme)
    }

    init(limits: MessageLimits, scheme: Scheme) {
        self.limits = limits
        self.scheme = scheme
    }

    /// Something of a next request has arrived.
    package var hasBytes: Bool { start < buffer.bytes.count }

    /// Bytes of the current content that have arrived; its framing does not count.
    package var contentCount: Int {
        switch framing {
        case .none: 0
        case .length(let length): min(length, buffer.bytes.count - start)
        case .chunked: chunks?.contentCount ?? 0
        }
    }

    /// The next request's header, or nothing when more bytes are needed for it. Its content must be taken before the
    /// next one is asked for.
    package mutating func head() throws(HTTPError) -> RequestHead? {
        try lastingly { decoder throws(HTTPError) in try decoder.decodeHead() }
    }

    /// The whole content of the request whose header was decoded last, or nothing when more bytes are needed for it.
    package mutating func content() throws(HTTPError) -> ReceivedBytes? {
        try lastingly { decoder throws(HTTPError) in try decoder.decodeContent() }
    }

    /// Whether the request is HEAD whose header is being decoded, or was refused: no response to it has content.
    package var isAtHead: Bool {
        if let method = header.method { return method == .head }
        let begun = buffer.bytes.span.extracting(start...)
        return begun.count >= 5 && begun.extracting(0..<5).equals("HEAD ")
    }

    private mutating func lastingly<Value: ~Copyable>(
        _ decode: (inout RequestDecoder) throws(HTTPError) -> Value
    ) throws(HTTPError) -> Value {
        if let failure { throw failure }
        do throws(HTTPError) {
            return try decode(&self)
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func decodeHead() throws(HTTPError) -> RequestHead? {
        if let head = try takeLines(of: buffer.bytes) { return head }
        searched = buffer.bytes.count - start
        // What cannot begin a request is refused without waiting for the end of a line that may never come.
        try checkBeginning(buffer.bytes.span.extracting(start...))
        guard searched <= limits.header else { throw tooLarge() }
        compact()
        return nil
    }

    private mutating func decodeContent() throws(HTTPError) -> ReceivedBytes? {
        switch framing {
        case .none:
            return ReceivedBytes()
        case .length(let length):
            guard length <= limits.body else { throw .contentTooLarge(limit: limits.body) }
            guard buffer.bytes.count - start >= length else { return nil }
            framing = .none
            return take(length)
        case .chunked:
            let decoder = chunks ?? ChunkedDecoder(limits: limits)
            chunks = decoder
            start += try decoder.decode(buffer.bytes.span.extracting(start...))
            guard decoder.isComplete else {
                compact()
                return nil
            }
            chunks = nil
            framing = .none
            begin(at: start)
            return decoder.finish()
        }
    }

    /// Takes the lines whose end has arrived, up to the end of the header.
    private mutating func takeLines(of buffer: [UInt8]) throws(HTTPError) -> RequestHead? {
        while let feed = buffer.span.firstIndex(of: .lineFeed, from: start + searched) {
            let lineEnd = feed - 1
            let lineStart = start + line
            line = feed + 1 - start
            searched = line
            // First, as it is when the line comes in pieces: the answer is the same.
            try checkBeginning(buffer.span.extracting(lineStart..<feed))
            guard line <= limits.header else { throw tooLarge() }
            guard lineEnd >= lineStart, buffer[lineEnd] == .carriageReturn else {
                throw .malformed("A line of the header ends without CR LF.")
            }
            if lineEnd == lineStart, header.isAtBeginning, !hasSkippedEmptyLine {
                // One empty line before the request line is allowed (RFC 9112 §2.2).
                hasSkippedEmptyLine = true
                begin(at: feed + 1)
            } else if try header.take(
                buffer.span.extracting(lineStart..<lineEnd), at: lineStart - start, within: limits, in: scheme)
            {
                return try conclude()
            }
        }
        return nil
    }

    private func checkBeginning(_ bytes: Span<UInt8>) throws(HTTPError) {
        guard header.isAtBeginning, !bytes.isEmpty, bytes[0] != .carriageReturn else { return }
        try RequestLine.checkBeginning(bytes, limits: limits)
    }

    private mutating func conclude() throws(HTTPError) -> RequestHead {
        let bytes = take(line)
        let head = try header.conclude(bytes, in: scheme)
        header = HeaderDecoder()
        framing = head.framing
        hasSkippedEmptyLine = false
        return head
    }

    /// The next `count` bytes. Where they are all there is, which is usual, they change hands and are not copied.
    private mutating func take(_ count: Int) -> ReceivedBytes {
        guard start > 0 || count < buffer.bytes.count else {
            begin(at: 0)
            return exchange(&buffer, with: ReceivedBytes())
        }
        let taken = ReceivedBytes(copying: buffer.bytes.span.extracting(start..<(start + count)))
        begin(at: start + count)
        return taken
    }

    private mutating func begin(at index: Int) {
        start = index
        line = 0
        searched = 0
    }

    /// Drops what has been decoded, so that the buffer never grows beyond one request and one read.
    private mutating func compact() {
        guard start > 0 else { return }
        buffer.removeFirst(start)
        start = 0
    }

    private func tooLarge() -> HTTPError {
        header.isAtBeginning && searched > limits.target
            ? .targetTooLong(limit: limits.target) : .headerTooLarge(limit: limits.header)
    }
}
