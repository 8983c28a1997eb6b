package import Transport

/// What answers requests: the one thing that the wire knows of the rest of the house.
package protocol Responder: AnyObject, Sendable {
    /// Answers a request, whatever becomes of it.
    func respond(to request: Request) async -> Response

    /// Answers a request at once, or nothing where that has to wait; then nothing has been done that cannot be done
    /// again, and `respond` is to be asked.
    func respondAtOnce(to request: consuming Request) -> Response?

    /// Answers bytes that are no request. The connection closes after it.
    func refuse(_ error: HTTPError) -> Response

    /// Hears of a system call that failed for a reason that is nobody's input. The connection is gone.
    func note(_ fault: TransportError)
}
