internal import Transport

/// Decodes the chunked transfer coding (RFC 9112 §7.1): takes what it can of the bytes that are there. Chunk extensions
/// and trailer fields are checked against their limits and dropped. A class, since most connections never have one.
final class ChunkedDecoder {
    private enum Expecting {
        case size
        case data(Int)
        case dataEnd
        case trailer
        case nothing
    }

    private let limits: MessageLimits
    private var expecting = Expecting.size
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerFields = 0
    private var content = ReceivedBytes()

    /// Digits of a chunk size: enough for any size within `Int`, few enough not to overflow it.
    private static let longestSize = 15

    init(limits: MessageLimits) {
        self.limits = limits
    }

    var isComplete: Bool {
        if case .nothing = expecting { true } else { false }
    }

    /// Bytes of the content that have arrived.
    var contentCount: Int { content.bytes.count }

    /// Gives the content away, once it is complete.
    func finish() -> ReceivedBytes { exchange(&content, with: ReceivedBytes()) }

    /// Takes as many of `bytes` as make sense by now; answers how many that were.
    func decode(_ bytes: Span<UInt8>) throws(HTTPError) -> Int {
        var taken = 0
        while true {
            let rest = bytes.extracting(taken...)
            let count = try step(rest)
            guard count > 0 else { return taken }
            taken += count
        }
    }

    private func step(_ bytes: Span<UInt8>) throws(HTTPError) -> Int {
        switch expecting {
        case .nothing:
            return 0
        case .size:
            let longest = Self.longestSize + limits.chunkExtension
            guard let line = try Self.line(bytes, longest: longest, tooLong: Self.extensionTooLong(limits)) else {
                return 0
            }
            let size = try parseSize(bytes.extracting(0..<line))
            guard content.bytes.count + size <= limits.body else { throw .contentTooLarge(limit: limits.body) }
            expecting = size == 0 ? .trailer : .data(size)
            return line + 2
        case .data(let left):
            let count = min(left, bytes.count)
            content.append(bytes.extracting(0..<count))
            expecting = count == left ? .dataEnd : .data(left - count)
            return count
        case .dataEnd:
            guard bytes.count >= 2 || (bytes.count == 1 && bytes[0] != .carriageReturn) else { return 0 }
            guard bytes[0] == .carriageReturn, bytes.count > 1, bytes[1] == .lineFeed else {
                throw .malformed("A chunk is longer than its size, or CR LF is missing after it.")
            }
            expecting = .size
            return 2
        case .trailer:
            return try takeTrailer(bytes)
        }
    }

    private func takeTrailer(_ bytes: Span<UInt8>) throws(HTTPError) -> Int {
        let tooLarge = HTTPError.trailerTooLarge(limit: limits.trailer)
        guard let line = try Self.line(bytes, longest: limits.trailer - trailerBytes, tooLong: tooLarge) else {
            return 0
        }
        trailerBytes += line + 2
        guard line > 0 else {
            expecting = .nothing
            return 2
        }
        trailerFields += 1
        guard trailerFields <= limits.fields else { throw .tooManyFields(limit: limits.fields) }
        let field = bytes.extracting(0..<line)
        guard let colon = field.firstIndex(of: .colon), colon > 0,
            field.extracting(0..<colon).allSatisfy(Alphabet.token),
            field.extracting((colon + 1)...).isFieldValue
        else { throw .malformed("A trailer field line is malformed.") }
        return line + 2
    }

    /// The length of the line that `bytes` begin with, without its CR LF; nothing when its end has not arrived.
    private static func line(_ bytes: Span<UInt8>, longest: Int, tooLong: HTTPError) throws(HTTPError) -> Int? {
        let end = bytes.firstIndex(of: .lineFeed)
        // First, as it is when the line comes in pieces: the answer is the same. One more is for the CR.
        guard end ?? bytes.count <= longest + 1 else { throw tooLong }
        guard let end else { return nil }
        guard end > 0, bytes[end - 1] == .carriageReturn else {
            throw .malformed("A line of the chunked content ends without CR LF.")
        }
        return end - 1
    }

    private static func extensionTooLong(_ limits: MessageLimits) -> HTTPError {
        .malformed("The chunk extensions are longer than \(limits.chunkExtension) bytes.")
    }

    private func parseSize(_ line: Span<UInt8>) throws(HTTPError) -> Int {
        var size = 0
        var index = 0
        while index < line.count, let digit = line[index].hexadecimal {
            guard index < Self.longestSize else {
                throw size > limits.body
                    ? .contentTooLarge(limit: limits.body) : .malformed("A chunk size has too many digits.")
            }
            size = size << 4 | Int(digit)
            index += 1
        }
        guard index > 0 else { throw .malformed("A chunk size is not a hexadecimal number.") }
        // Of all chunks together: else one byte of content after the other could each bring the most along.
        extensionBytes += line.count - index
        guard extensionBytes <= limits.chunkExtension else { throw Self.extensionTooLong(limits) }
        guard ChunkExtensions.isWellFormed(line.extracting(index...)) else {
            throw .malformed("A chunk size is followed by something that is no chunk extension.")
        }
        return size
    }
}
