/// Who may do what with one entry of a folder. Of the entry itself: a link is a link.
package struct FileAttributes: Equatable, Sendable {
    package enum Kind: Sendable {
        case file, folder, link, other
    }

    package let kind: Kind
    /// The twelve permission bits of `chmod`: sticky is 0o1000, the others' right to write 0o002.
    package let permissions: UInt32
    /// How many names lead to it; none when it was deleted and is held only by being open or mounted.
    package let links: UInt64

    package init(kind: Kind, permissions: UInt32, links: UInt64 = 1) {
        self.kind = kind
        self.permissions = permissions
        self.links = links
    }

    /// Whether the bits let everybody change what a reader finds: write a file, or replace what is in a folder. In a
    /// sticky folder, as `/tmp`, only the owner of an entry may replace it.
    package var isWorldWritable: Bool {
        switch kind {
        case .folder: permissions & 0o1002 == 0o002
        case .file, .other: permissions & 0o002 != 0
        case .link: false
        }
    }

    package var isReadableByOwner: Bool { permissions & 0o400 != 0 }
}

/// What an examination of paths asks of a disk. It never opens a file.
package protocol FileAttributeSource: Sendable {
    /// `lstat`: of the entry itself, be it a link.
    func attributes(of path: FilePath) throws(Errno) -> FileAttributes
    /// Where a link leads, as it is spelt there.
    func target(of link: FilePath) throws(Errno) -> String
    /// Whether it lies on a mount that takes no writes, whatever the permission bits say; false where that cannot be
    /// told.
    func isReadOnly(_ path: FilePath) -> Bool
    /// Why this process may not write the file, or make something in the folder; nothing where it may. Follows links,
    /// asks, and changes nothing.
    func obstacleToWriting(_ path: FilePath, isFolder: Bool) -> Errno?
}
