internal import CZlib

/// Makes gzip streams (RFC 1952): no name, no time, so that equal content makes equal bytes.
///
/// Level 3: of a searchset of 2 MB it makes 12.6 % in 7 ms, where level 1 makes 13.2 % in hardly less, and level 6
/// 11.4 % in more than twice as long. zlib's tables are sized by the content: those for 32 KiB can cost 1 KB five times
/// its packing, to map and unmap their memory. (`docs/performance.md` has the table.)
@safe
struct GzipEncoder: ~Copyable {
    private static let level: Int32 = 3
    /// What zlib calls a window of 2^n bytes with a gzip header and trailer around the stream.
    private static let gzipWindow: Int32 = 16

    private let stream: UnsafeMutablePointer<z_stream>

    /// `content` as one gzip stream.
    static func encode(_ content: Span<UInt8>) -> [UInt8] {
        GzipEncoder(for: content.count).encode(content)
    }

    /// - Parameter count: bytes that there will be to encode.
    private init(for count: Int) {
        let window = Int32(min(max(Int.bitWidth - count.leadingZeroBitCount, 9), 15))
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe deflateInit2_(
            stream, Self.level, Z_DEFLATED, Self.gzipWindow + window, max(4, window - 7), Z_DEFAULT_STRATEGY,
            zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib has no memory, or is not the version that this was built for")
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    private consuming func encode(_ content: Span<UInt8>) -> [UInt8] {
        let bound = Int(unsafe deflateBound(stream, uLong(content.count)))
        return unsafe content.withUnsafeBufferPointer { input in
            // zlib reads through this pointer and never writes.
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.pointee.avail_in = uInt(input.count)
            return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
                unsafe stream.pointee.next_out = buffer.baseAddress
                unsafe stream.pointee.avail_out = uInt(buffer.count)
                let status = unsafe deflate(stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "zlib's own bound was too small")
                count = unsafe buffer.count - Int(stream.pointee.avail_out)
            }
        }
    }
}
