/// Why the store did not do what it was asked to.
package enum StorageError: Error, Equatable, CustomStringConvertible {
    // Of a commit.

    /// The resource is in this version, or (nil) not there; `change` is the place in the commit of the one that failed.
    case preconditionFailed(current: Int?, change: Int = 0)
    /// So many commits wait already.
    case overloaded(waiting: Int)
    /// The disk took no more; nothing was changed. Later writes succeed as soon as there is room.
    case full(DiskFault)
    /// Nothing can be written.
    case unavailable(String)

    // Of opening and verifying.

    /// Another process holds the folder; `holder` is what its lock file says.
    case locked(folder: String, holder: String)
    /// There is no store in this folder.
    case missing(folder: String)
    /// Written by another version of the program.
    case unknownFormat(file: String, found: String)
    case damaged(folder: String, JournalFlaw)
    case disk(DiskFault)
    /// Nothing is written into this folder, for what is there already.
    case occupied(folder: String, String)

    // Of reading old versions, as `disk` is.

    /// A line is not as it was written, or not there; `offset` is that of its first byte in the file, where known.
    case unreadable(file: String, offset: Int?, reason: String)

    /// Of a call that writes.
    static func writing(_ fault: DiskFault) -> StorageError { fault.isFull ? .full(fault) : .disk(fault) }

    /// What a client may know: nothing of files and folders.
    package var forClients: String {
        switch self {
        case .preconditionFailed: description
        case .overloaded: "Too many writes wait for the disk; retry later."
        case .full: "The store has no room for this write; nothing was changed. The server's log has the reason."
        case .disk, .unreadable: "The store cannot read this from its disk. The server's log has the reason."
        default: "The store takes no writes now; nothing was changed. The server's log has the reason."
        }
    }

    package var description: String {
        switch self {
        case .preconditionFailed(let current?, _): "the resource is in version \(current); read it again and retry"
        case .preconditionFailed(nil, _): "the resource is not there; create it, or drop the condition"
        case .overloaded(let waiting): "\(waiting) writes wait for the disk already; retry later"
        case .full(let fault):
            "no room to write: \(fault); free space or raise the limit, writes then go on by themselves"
        case .unavailable(let reason): reason
        case .locked(let folder, let holder):
            "the store \(folder) is held by another process (\(holder)); stop that one, or name another folder"
        case .missing(let folder): "there is no store in \(folder): it has no file \(Journal.fileName); check --store"
        case .unknownFormat(let file, let found):
            "\(file), line 1: format \(found) is not known here (this program reads "
                + "\(Journal.format) version \(Journal.version) and \(BaseFile.format) version \(BaseFile.version)); "
                + "use the program that wrote it"
        case .damaged(let folder, let flaw):
            "\(flaw); nothing was changed; see all of it with `keyward store verify --store \(folder)`, "
                + "then restore a copy, or save what is sound with `keyward store repair --store \(folder) --to …`"
        case .disk(let fault): "\(fault); check the path, its owner and the file system"
        case .unreadable(let file, let offset, let reason):
            "\(file)\(offset.map { ", byte \($0)" } ?? ""): \(reason); "
                + "see all that is damaged with `keyward store verify --read-only`, then restore a copy"
        case .occupied(let folder, let reason): "\(folder) \(reason)"
        }
    }
}
