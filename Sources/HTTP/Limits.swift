/// What one request, one connection and the server as a whole may take, each with its unit. Every limit of the wire
/// that an operator can set lives here; beyond one of them the peer gets the status in brackets and the connection
/// closes.
package struct Limits: Sendable {
    /// Bytes of the request target (414).
    package var target = 8_192
    /// Bytes of the request line and all field lines together, and of a chunked body's trailer section (431).
    package var header = 32_768
    /// Field lines in one header or trailer section (431).
    package var fields = 100
    /// Bytes of the content as it arrives, and of what it unpacks to (413).
    package var body = 2_097_152
    /// Bytes of the extensions of one chunk (400).
    package var chunkExtension = 1_024
    /// Bytes of a response from which gzip is worth it for one who asks for it; none: no response is compressed.
    package var gzipMinimum: Int? = 1_024
    /// Open connections in all; one more is closed as soon as it is accepted.
    package var connections = 16_384
    /// Open connections from one address; none by default, since a proxy is one address.
    package var connectionsFromOneAddress: Int?
    /// From the first byte of a request to the end of its header (408).
    package var headerTimeout = Duration.seconds(10)
    /// From the end of the header to the end of the content (408).
    package var bodyTimeout = Duration.seconds(30)
    /// Between two requests on one connection; then it is closed without a word.
    package var idleTimeout = Duration.seconds(75)
    /// For the peer to take the whole of one response; then the connection is closed.
    package var writeTimeout = Duration.seconds(30)
    /// From the signal to stop until requests in flight are given up.
    package var drainTimeout = Duration.seconds(20)

    package init() {}
}
