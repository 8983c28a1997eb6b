internal import COpenSSL
internal import Glibc

/// The bytes of a secret, or of a password that someone presents. They have one owner and are overwritten when it ends.
///
/// The type is `~Copyable` and nothing else on purpose: `print`, `String(describing:)`, `dump`, `Mirror`, `Encodable`
/// and `==` all want a copyable value, so each of them is a compile error here rather than a rule to remember.
@safe package struct SecretBytes: ~Copyable, Sendable {
    /// Written only by `init`, by `deinit` and by who may change these bytes; else there are readers alone, from any
    /// thread. Of malloc, since an allocation by alignment takes twice as long.
    private nonisolated(unsafe) let storage: UnsafeMutableBufferPointer<UInt8>
    package private(set) var count: Int

    /// Room for `capacity` bytes, filled by `fill`, which need not use all of it.
    package init<Failure>(
        capacity: Int, initializingWith fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let capacity = max(capacity, 1)
        let start = unsafe malloc(capacity)?.bindMemory(to: UInt8.self, capacity: capacity)
        let room = unsafe UnsafeMutableBufferPointer(start: start, count: start == nil ? 0 : capacity)
        var output = unsafe OutputSpan(buffer: room, initializedCount: 0)
        do throws(Failure) {
            try fill(&output)
        } catch {
            unsafe Self.discard(room)
            throw error
        }
        count = unsafe output.finalize(for: room)
        unsafe storage = room
    }

    /// A copy of `bytes`; overwriting the original is up to its owner.
    package init(copying bytes: Span<UInt8>) {
        self.init(capacity: bytes.count) { output in
            for index in bytes.indices { output.append(bytes[index]) }
        }
    }

    /// Takes the content of `bytes` and overwrites the array, which is empty afterwards. Other copies of it, if there
    /// are any, stay as they were.
    package init(taking bytes: inout [UInt8]) {
        self.init(copying: bytes.span)
        unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
        bytes.removeAll()
    }

    /// Lets go of the first `number` bytes; the others move to their place.
    package mutating func removeFirst(_ number: Int) {
        guard let start = unsafe storage.baseAddress else { return }
        count -= number
        unsafe start.update(from: start + number, count: count)
    }

    /// Whether `presented` holds the same bytes. The time this takes depends on the length of `presented` alone,
    /// neither on this secret's content nor on its length: where the lengths differ, `presented` is compared with
    /// itself, for nothing.
    package func matches(_ presented: borrowing SecretBytes) -> Bool {
        let sameLength = count == presented.count
        let other = unsafe sameLength ? storage : presented.storage
        let difference = unsafe CRYPTO_memcmp(presented.storage.baseAddress, other.baseAddress, presented.count)
        return sameLength && difference == 0
    }

    /// Lends the bytes to whoever has to understand them.
    package func withBytes<Value: ~Copyable, Failure>(
        _ body: (Span<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(unsafe Span(_unsafeElements: UnsafeBufferPointer(storage)).extracting(0..<count))
    }

    deinit {
        unsafe Self.discard(storage)
    }

    private static func discard(_ room: UnsafeMutableBufferPointer<UInt8>) {
        unsafe OPENSSL_cleanse(room.baseAddress, room.count)
        unsafe free(room.baseAddress)
    }
}
