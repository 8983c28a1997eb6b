/// Tells whether two values are the same when only one of them is still there. 64 bits under a key that each process
/// draws anew (the standard library's SipHash), so that it is of no use to whoever finds it.
struct SecretDigest: Equatable, Sendable {
    private let hash: Int

    init(of value: Span<UInt8>) {
        var hasher = Hasher()
        unsafe value.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        hash = hasher.finalize()
    }
}
