internal import CZlib
internal import Glibc
internal import Transport

/// Undoes gzip (RFC 1952) within a limit: fed the stream in whatever pieces it comes, it inflates in bounded steps and
/// stops at the first byte too many, so that a bomb costs no more than what it may unpack to.
///
/// The content is one stream and ends with it. RFC 1952 §2.2 lets a file be a series of streams, but some readers
/// stop after the first: two readers of one request must not see two contents, so what follows a stream is refused.
/// The content may hold credentials: whatever held any of it is overwritten.
@safe
struct GzipDecoder: ~Copyable {
    /// Bytes that one step makes at most.
    private static let step = 65_536
    /// What zlib calls a window of up to 32 KiB, and the gzip format around the stream, no other.
    private static let gzipWindow: Int32 = 16 + 15

    private let limit: Int
    private let stream: UnsafeMutablePointer<z_stream>
    private var content = ReceivedBytes()
    private var hasEnded = false

    /// - Parameter limit: bytes that the stream may unpack to (413).
    init(limit: Int) {
        self.limit = limit
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe stream.pointee.zalloc = { _, count, size in unsafe calloc(Int(count), Int(size)) }
        unsafe stream.pointee.zfree = { _, memory in
            guard let memory = unsafe memory else { return }
            unsafe explicit_bzero(memory, malloc_usable_size(memory))
            unsafe free(memory)
        }
        let status = unsafe inflateInit2_(
            stream, Self.gzipWindow, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib has no memory, or is not the version that this was built for")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// The content of one whole stream.
    static func decode(_ bytes: Span<UInt8>, limit: Int) throws(HTTPError) -> ReceivedBytes {
        var decoder = GzipDecoder(limit: limit)
        try decoder.decode(bytes)
        return try decoder.finish()
    }

    /// Takes the next piece of the stream in.
    mutating func decode(_ piece: Span<UInt8>) throws(HTTPError) {
        var taken = 0
        // A step that filled its room may have left something to come inside zlib.
        var isFull = false
        while !hasEnded, taken < piece.count || isFull {
            let room = min(Self.step, limit - content.bytes.count + 1)
            let (count, made) = try step(piece.extracting(taken...), room: room)
            taken += count
            isFull = made == room
            guard content.bytes.count <= limit else { throw .contentTooLarge(limit: limit) }
        }
        guard taken == piece.count else {
            throw .malformed("Something follows the gzip stream of the content; send one stream and nothing else.")
        }
    }

    /// The content, once all of the stream has been taken in.
    consuming func finish() throws(HTTPError) -> ReceivedBytes {
        guard hasEnded else { throw .malformed("The content ends before its gzip stream does; send all of it.") }
        return exchange(&content, with: ReceivedBytes())
    }

    /// Answers how many bytes were taken, and how many they made, at most `room`.
    private mutating func step(_ piece: Span<UInt8>, room: Int) throws(HTTPError) -> (taken: Int, made: Int) {
        var status = Z_OK
        let made = unsafe piece.withUnsafeBufferPointer { input in
            // zlib reads through this pointer and never writes.
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.pointee.avail_in = uInt(input.count)
            return unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                unsafe stream.pointee.next_out = buffer.baseAddress
                unsafe stream.pointee.avail_out = uInt(room)
                status = unsafe inflate(stream, Z_NO_FLUSH)
                count = unsafe room - Int(stream.pointee.avail_out)
            }
        }
        let count = made.count
        content.append(ReceivedBytes(taking: made))
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: hasEnded = true
        case Z_MEM_ERROR: preconditionFailure("zlib has no memory")
        default:
            let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "not gzip"
            throw .malformed("The content is no gzip stream, or was damaged on its way: \(reason).")
        }
        return (unsafe piece.count - Int(stream.pointee.avail_in), count)
    }
}
