/// What one request, one connection and the server as a whole may take, each with its unit. Every limit of the wire
/// that an operator can set lives here; beyond one of them the peer gets the status in brackets and the connection
/// closes.
package struct Limits: Sendable {
    /// Bytes of the request target (414).
    package var target = 8_192
    /// Bytes of the request line and all field lines together (431).
    package var header = 32_768
    /// Bytes of the field lines in a chunked body's trailer section (431).
    package var trailer = 8_192
    /// Field lines in one header or trailer section (431).
    package var fields = 100
    /// Bytes of the content as it arrives, and of what it unpacks to (413).
    package var body = 2_097_152
    /// Bytes of the chunk extensions in one body (400).
    package var chunkExtension = 1_024
    /// Bytes of a response from which gzip is worth it for one who asks for it; none: no response is compressed.
    package var gzipMinimum: Int? = 1_024
    /// Requests on one connection; the response to the last one says `Connection: close`.
    package var requestsOnOneConnection = 100_000
    /// Open connections in all; one more is closed as soon as it is accepted.
    package var connections = 16_384
    /// Open connections from one address; none by default, since a proxy is one address.
    package var connectionsFromOneAddress: Int?
    /// From the first byte of a request to the end of its header (408), and from the opening of a connection to its
    /// first byte; without one it is closed without a word.
    package var headerTimeout = Duration.seconds(10)
    /// For the content to arrive, beyond the time that it takes at the minimum rate (408).
    package var bodyTimeout = Duration.seconds(30)
    /// Bytes of content a second, once the body time-out is used up.
    package var minimumBodyRate = 1_024
    /// Between two requests on one connection; then it is closed without a word.
    package var idleTimeout = Duration.seconds(75)
    /// From the first moment of a connection to the end of its TLS handshake; then it is closed.
    package var tlsHandshakeTimeout = Duration.seconds(10)
    /// For the peer to take what the kernel could not take at once, beyond the time that it takes at the minimum rate;
    /// then the connection is reset.
    package var writeTimeout = Duration.seconds(30)
    /// Bytes of responses a second, once the write time-out is used up.
    package var minimumWriteRate = 16_384
    /// For the peer to read the last response and close; then the connection is closed all the same.
    package var lingerTimeout = Duration.seconds(2)
    /// Bytes that are read and thrown away meanwhile.
    package var linger = 8_388_608
    /// From the signal to stop until requests in flight are given up.
    package var drainTimeout = Duration.seconds(20)

    package init() {}
}
