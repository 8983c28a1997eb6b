internal import CTLS

/// Where an OpenSSL connection finds what has arrived, and leaves what is to be sent: bytes in memory. A BIO of our own
/// and not OpenSSL's memory BIO, which copies once more and keeps the room that the largest response took.
final class TLSWire {
    private var incoming: [UInt8] = []
    /// Where in `incoming` begins what has not been read.
    private var start = 0
    private var outgoing: [UInt8] = []

    /// Bytes that have arrived and were not read.
    var unread: Int { incoming.count - start }

    func feed(_ bytes: consuming [UInt8]) {
        if unread == 0 {
            incoming = bytes
        } else {
            incoming.removeFirst(start)
            incoming += bytes
        }
        start = 0
    }

    /// What is to be sent.
    func takeOutput() -> [UInt8] { exchange(&outgoing, with: []) }

    var hasOutput: Bool { !outgoing.isEmpty }

    /// Output that was taken comes before what has been written since.
    func putBack(_ bytes: Span<UInt8>) {
        var all: [UInt8] = []
        all.reserveCapacity(bytes.count + outgoing.count)
        for index in bytes.indices { all.append(bytes[index]) }
        outgoing = all + outgoing
    }

    fileprivate func read(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(unread, room.count)
        unsafe incoming.withUnsafeBytes { bytes in
            unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)]))
        }
        start += count
        if unread == 0 {
            incoming = []
            start = 0
        }
        return count
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer) {
        unsafe outgoing.append(contentsOf: bytes)
    }

    // MARK: the BIO

    /// The kind of BIO that `attach` makes one of these serve.
    static func makeMethod() -> OpaquePointer? {
        guard let method = unsafe BIO_meth_new(Int32(BIO_TYPE_SOURCE_SINK), "bytes") else { return nil }
        unsafe BIO_meth_set_read(method, readWire)
        unsafe BIO_meth_set_write(method, writeWire)
        unsafe BIO_meth_set_ctrl(method, controlWire)
        return unsafe method
    }

    /// Lets `bio` use this; it must end first.
    func attach(to bio: OpaquePointer) {
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        unsafe BIO_set_init(bio, 1)
    }

    fileprivate static func of(_ bio: OpaquePointer?) -> TLSWire? {
        unsafe BIO_get_data(bio).map { unsafe Unmanaged<TLSWire>.fromOpaque($0).takeUnretainedValue() }
    }
}

@c private func readWire(_ bio: OpaquePointer?, _ room: UnsafeMutablePointer<CChar>?, _ count: Int32) -> Int32 {
    unsafe BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
    let taken = unsafe TLSWire.of(bio)?.read(UnsafeMutableRawBufferPointer(start: room, count: Int(count))) ?? 0
    if taken > 0 { return Int32(taken) }
    // Nothing now; more may come.
    unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
    return -1
}

@c private func writeWire(_ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
    unsafe TLSWire.of(bio)?.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    return count
}

@c private func controlWire(
    _: OpaquePointer?, _ command: Int32, _: Int, _: UnsafeMutableRawPointer?
) -> Int {
    command == BIO_CTRL_FLUSH ? 1 : 0
}
