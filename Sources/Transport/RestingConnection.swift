/// The owner of a connection that waits idly, on the loop of both.
package protocol RestingConnection: AnyObject {
    /// Goes on, since these bytes have come. It is called in another task than the one that began to wait.
    func goOn(with bytes: consuming [UInt8]) async
}
