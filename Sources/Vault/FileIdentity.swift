/// What distinguishes one state of one file from every other, after following links. Compared whole: any subset of it
/// has been seen to miss a change (a rewrite that keeps size and mtime, an inode number used again, …).
package struct FileIdentity: Equatable, Sendable {
    package enum Kind: Sendable {
        case regular, folder, fifo, socket, device, other
    }

    package var device: UInt64
    package var inode: UInt64
    /// In bytes.
    package var size: Int64
    /// Last change of the content, as anyone may set it.
    package var modified: FileTime
    /// Last change of content or attributes, as the kernel alone sets it.
    package var changed: FileTime
    package var kind: Kind

    package init(
        device: UInt64, inode: UInt64, size: Int64, modified: FileTime, changed: FileTime, kind: Kind = .regular
    ) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
        self.kind = kind
    }

    /// A kernel stamps a file with a clock that may stand still for up to 10 ms, so two writes within one tick can
    /// leave the same identity. A value read later than this after the file's times cannot be hit by that.
    static let settlingTime = Duration.milliseconds(20)

    /// Whether a write that follows a read begun at `instant` must leave another identity than this one.
    ///
    /// A change time in the future means that the clock was set back: the file may then be stamped with it once more,
    /// so it is not settled. A modification time in the future is somebody's choice, and the change time covers for it.
    func isSettled(at instant: FileTime) -> Bool {
        let sinceChange = instant.duration - changed.duration
        let sinceModification = instant.duration - modified.duration
        return sinceChange >= Self.settlingTime
            && (sinceModification >= Self.settlingTime || sinceModification <= .zero - Self.settlingTime)
    }
}

/// A point of the real-time clock, as file systems record it, since 1970-01-01T00:00:00Z.
package struct FileTime: Equatable, Sendable {
    package var seconds: Int64
    package var nanoseconds: Int64

    package init(seconds: Int64, nanoseconds: Int64) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    var duration: Duration { .seconds(seconds) + .nanoseconds(nanoseconds) }

    func advanced(by duration: Duration) -> FileTime {
        let (seconds, attoseconds) = (self.duration + duration).components
        return FileTime(seconds: seconds, nanoseconds: attoseconds / 1_000_000_000)
    }
}
