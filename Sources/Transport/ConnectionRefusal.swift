/// Why a connection was not taken.
package enum ConnectionRefusal: Sendable {
    /// As many are open as may be; it was closed.
    case full
    /// As many are open from its address as may be; it was closed.
    case fullForAddress(Address)
    /// The system has no descriptor or no memory for it; it waits, and is tried again.
    case exhausted(TransportError)
}
