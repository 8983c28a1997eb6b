/// The handful of calls the store makes of a file system. It is a parameter, so that a test can fail, tear or hold up
/// any one of them; `SystemDisk` is the real one. Every call may block and none is made on an event loop.
package protocol Disk: Sendable {
    /// Makes one folder that its owner alone can enter (mode 0700). False when it is there already.
    func makeFolder(_ path: String) throws(DiskFault) -> Bool

    /// Makes the entries of a folder (files made in it) survive a power cut.
    func syncFolder(_ path: String) throws(DiskFault)

    /// The names of what is in a folder, in no order.
    func names(in folder: String) throws(DiskFault) -> [String]

    /// Gives a file another name, in place of the file that had it, or a folder, in place of an empty one. A power cut
    /// leaves the one or the other, and the new one for certain after the next `syncFolder`.
    func rename(_ path: String, to other: String) throws(DiskFault)

    /// Removes a file, which a power cut before the next `syncFolder` may bring back.
    func remove(_ path: String) throws(DiskFault)

    /// Removes an empty folder.
    func removeFolder(_ path: String) throws(DiskFault)

    /// Opens a file for the owner alone (mode 0600).
    func open(_ path: String, for purpose: OpenPurpose) throws(DiskFault) -> any DiskFile
}

/// What a file is opened for, and so whether it must exist.
package enum OpenPurpose: Sendable {
    /// The file must exist and is not changed.
    case reading
    /// The file must exist.
    case writing
    /// The file is made when it does not exist.
    case creating
}

/// An open file. It closes when the last reference to it goes.
package protocol DiskFile: AnyObject, Sendable {
    /// What it was opened as, for messages.
    var path: String { get }

    /// Up to `count` bytes from `offset`; fewer near the end of the file, none beyond it.
    func read(upTo count: Int, at offset: Int) throws(DiskFault) -> [UInt8]

    /// Writes at `offset` and says how many bytes were taken, which may be fewer than given.
    func write(_ bytes: Span<UInt8>, at offset: Int) throws(DiskFault) -> Int

    func truncate(to length: Int) throws(DiskFault)

    /// Returns when what was written, and the length, would survive a power cut (fdatasync).
    func sync() throws(DiskFault)

    /// Whether its path still leads to it: neither it nor a folder above was removed, replaced or given another name.
    func isInPlace() throws(DiskFault) -> Bool

    /// Takes the lock on the whole file without waiting; false when another open file holds it. It goes with this one.
    func lock() throws(DiskFault) -> Bool
}

extension DiskFile {
    /// Writes all of `bytes`, going on after a short write until the disk takes nothing more.
    func writeAll(_ bytes: Span<UInt8>, at offset: Int) throws(DiskFault) {
        var taken = 0
        try writeAll(bytes, at: offset, taken: &taken)
    }

    /// The same; `taken` says how many bytes the disk took, also when it fails.
    func writeAll(_ bytes: Span<UInt8>, at offset: Int, taken: inout Int) throws(DiskFault) {
        while taken < bytes.count {
            let count = try write(bytes.extracting(taken..<bytes.count), at: offset + taken)
            guard count > 0 else { throw DiskFault(call: "pwrite", path: path, code: DiskFault.noSpace) }
            taken += count
        }
    }
}
