import Glibc

/// The store's folder, held by this process alone until this value ends or the process does, however it does.
///
/// The lock is the kernel's (flock) on the file `lock`, so none is left behind by a crash. The file stays; it names the
/// process that held the folder last.
struct FolderLock: ~Copyable {
    private let file: any DiskFile
    private var journal: (any DiskFile)?

    /// - Throws: `locked`, `missing` when there is no such folder, `disk`.
    init(folder: String, disk: any Disk) throws(StorageError) {
        let file: any DiskFile
        let isTaken: Bool
        var holder: [UInt8] = []
        do throws(DiskFault) {
            file = try disk.open("\(folder)/\(Journal.lockName)", for: .creating)
            isTaken = try !file.lock()
            if isTaken {
                holder = try file.read(upTo: 64, at: 0)
            } else {
                Self.sign(file)
            }
        } catch {
            throw error.isMissing ? .missing(folder: folder) : .disk(error)
        }
        guard !isTaken else {
            let text = String(decoding: holder.prefix { $0 != Journal.newline }, as: UTF8.self)
            throw .locked(folder: folder, holder: text)
        }
        self.init(file: file)
    }

    /// Writes who holds the folder. That is for messages alone, and a full disk must not keep anybody from reading.
    private static func sign(_ file: any DiskFile) {
        let text = Array("{\"pid\":\(getpid())}\n".utf8)
        let isWritten = (try? file.writeAll(text.span, at: 0)) != nil
        // Shorter only now: what the file has already needs no room.
        try? file.truncate(to: isWritten ? text.count : 0)
    }

    private init(file: any DiskFile) {
        self.file = file
    }

    /// Locks the segment that grows too, opened for that alone: should somebody delete the file `lock`, this keeps a
    /// second process out all the same.
    mutating func hold(_ path: String, on disk: any Disk, in folder: String) throws(StorageError) {
        let journal: any DiskFile
        let isOurs: Bool
        do throws(DiskFault) {
            journal = try disk.open(path, for: .reading)
            isOurs = try journal.lock()
        } catch {
            throw .disk(error)
        }
        guard isOurs else { throw .locked(folder: folder, holder: "its file \(Journal.lockName) was deleted") }
        self.journal = journal
    }
}
