package import Transport

/// A request as a handler sees it: the header, the peer, and content that is read only when it is asked for, so that
/// one who may not write need not be listened to.
package struct Request {
    package let head: RequestHead
    package let peer: Address
    /// A moment by which all bytes of the header had arrived: what is seen of the world after it is not stale for this
    /// request.
    package let arrived: Deadline
    private let source: any ContentSource

    package init(
        _ head: RequestHead, from peer: Address, arrived: Deadline = .now(), content source: any ContentSource
    ) {
        self.head = head
        self.peer = peer
        self.arrived = arrived
        self.source = source
    }

    package var method: Method { head.method }

    /// The whole content, within `Limits.body`; empty when there is none. May be asked for once.
    package func content() async throws(HTTPError) -> ReceivedBytes {
        try await source.content()
    }
}

/// Where the content of a request comes from.
package protocol ContentSource: AnyObject {
    func content() async throws(HTTPError) -> ReceivedBytes
}

/// Content that is there already: for requests that come from no wire.
package final class GivenContent: ContentSource {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    package func content() -> ReceivedBytes {
        let bytes = bytes
        return ReceivedBytes(copying: bytes.span)
    }
}
