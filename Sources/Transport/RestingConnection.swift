/// The owner of a connection that rests: it waits for bytes without a task. Everything here is called on the loop of
/// both, and what has no `async` before it must not block.
package protocol RestingConnection: AnyObject {
    /// Goes on with bytes that have come, as far as nothing has to be waited for, and rests again or ends. By now all
    /// other connections that were ready have been read from too. Answers whether something is left to do that has to
    /// wait, which `finish` does.
    /// - Parameter output: room that is used again and again, empty before and after.
    func goOn(with bytes: consuming [UInt8], gathering output: inout [UInt8]) -> Bool

    /// Goes on where `goOn` left off, in a task of its own, until this rests again or ends.
    func finish() async
}
