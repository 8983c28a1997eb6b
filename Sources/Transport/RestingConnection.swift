/// The owner of a connection that rests: it waits for bytes without a task. Everything here is called on the loop of
/// both, and what has no `async` before it must not block.
package protocol RestingConnection: AnyObject {
    /// Takes bytes that have come. `goOn` follows when all other connections that are ready have been read from.
    func take(_ bytes: consuming [UInt8])

    /// Goes on as far as nothing has to be waited for, and rests again or ends. Answers whether something is left to do
    /// that has to wait, which `finish` does.
    func goOn() -> Bool

    /// Goes on where `goOn` left off, in a task of its own, until this rests again or ends.
    func finish() async
}
