/// The owner of a connection that rests: it waits for bytes without a task. Everything here is called on the loop of
/// both, and what has no `async` before it must not block.
package protocol RestingConnection: AnyObject {
    /// Goes on with bytes that have come, as far as nothing has to be waited for, and appends what it has to say to
    /// `output`. By now all other connections that were ready have been read from too. Answers whether something is
    /// left to do that has to wait, which `finish` does; then it has appended nothing. Else `send` follows.
    func goOn(with bytes: consuming [UInt8], gathering output: inout [UInt8]) -> Bool

    /// Sends what `goOn` appended, and rests again or ends. Answers whether something is left to do that has to wait,
    /// which `finish` does.
    func send(_ output: Span<UInt8>) -> Bool

    /// What it waited for will not come, since the system failed; nothing more is done with it.
    func fail(_ error: TransportError)

    /// Goes on where `goOn` or `send` left off, in a task of its own, until this rests again or ends.
    func finish() async
}
