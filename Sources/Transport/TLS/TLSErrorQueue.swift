internal import CTLS

/// What OpenSSL says went wrong, from its queue of this thread.
struct TLSErrorQueue {
    /// The reason of the first error in the library of TLS, else of the first one; 0 where there is none.
    let reason: Int32
    let text: String

    /// Empties the queue.
    static func take() -> TLSErrorQueue {
        var first: UInt?
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            if first == nil || (ERR_GET_LIB(first ?? 0) != ERR_LIB_SSL && ERR_GET_LIB(code) == ERR_LIB_SSL) {
                first = code
            }
        }
        guard let first else { return TLSErrorQueue(reason: 0, text: "no reason given") }
        let words = unsafe ERR_reason_error_string(first).map { unsafe String(cString: $0) }
        return TLSErrorQueue(reason: ERR_GET_REASON(first), text: words ?? "error \(String(first, radix: 16))")
    }
}
