/// Where audit lines go: what can be opened, and opened again.
package protocol AuditTarget: Sendable {
    /// Opens it to append to it. A file is made when it does not exist, for its owner alone (mode 0600).
    func open() throws(AuditFault) -> any AuditFile
}

/// Something open that audit lines are appended to. It closes when the last reference to it goes.
package protocol AuditFile: Sendable {
    /// What to call it in a message.
    var name: String { get }

    /// A file with a length, which can be cut; else a pipe, a terminal, a socket, a device.
    var isRegular: Bool { get }

    /// Whether a line can be put behind what is there: nothing, or something that ends with a newline.
    var endsWithWholeLine: Bool { get }

    /// Takes the lock that keeps other processes from appending, waiting for it at most so long.
    func lock(within patience: Duration) throws(AuditFault)
    func unlock()

    /// Fails when the file was deleted.
    func length() throws(AuditFault) -> Int

    /// Appends, and says how many bytes were taken, which may be fewer than given.
    func write(_ bytes: Span<UInt8>) throws(AuditFault) -> Int

    /// Whether a write of `PIPE_BUF` bytes would not wait, at the latest after so long.
    func isReady(within patience: Duration) throws(AuditFault) -> Bool

    /// Cuts the end off a regular file, and appends there from then on.
    func truncate(to length: Int) throws(AuditFault)
}
