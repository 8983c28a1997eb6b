/// What is mounted where, as this process sees it: `/proc/self/mountinfo` (proc(5)).
package struct MountTable: Equatable, Sendable {
    package struct Mount: Equatable, Sendable {
        /// The path within its file system that is in sight: `/` for all of it, else that of a bind mount's source.
        package let root: String
        /// The source of the bind mount was deleted, or replaced by a rename; what is in sight is the old one.
        package let isDeleted: Bool
        /// Where it is in sight: a folder, or for a bind mount of one file that file.
        package let point: String
        package let type: String

        /// Shows a folder, or a file in it, of one generation of a volume that kubelet or the CSI driver writes: their
        /// folders of one generation are called `..` and a time.
        var isOfOneGeneration: Bool { root.split(separator: "/").contains { $0.utf8.starts(with: "..".utf8) } }

        /// File systems of user space may leave the count of links at 0.
        var countsLinks: Bool { !type.utf8.starts(with: "fuse".utf8) }

        fileprivate func holds(_ path: String) -> Bool {
            point == "/" || path == point || path.utf8.starts(with: "\(point)/".utf8)
        }
    }

    /// In the order of the table: of two at one point the later one is in sight.
    package let mounts: [Mount]

    /// Reads lines of the form
    ///
    ///     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
    ///
    /// whose fourth field is the root, with `//deleted` behind it where it was deleted, the fifth the mount point, and
    /// the one behind the separator `-` the type. Lines of another form are passed over.
    package init(parsing text: String) {
        mounts = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count > 6, let separator = fields[6...].firstIndex(of: "-"), separator + 1 < fields.count
            else {
                return nil
            }
            // No path holds two slashes in a row, so that this mark is none of it.
            let mark = "//deleted"
            let root = Self.unescape(fields[3])
            let isDeleted = root.hasSuffix(mark)
            return Mount(
                root: isDeleted ? String(root.dropLast(mark.count)) : root, isDeleted: isDeleted,
                point: Self.unescape(fields[4]), type: String(fields[separator + 1]))
        }
    }

    /// The mount that what is at `path` lies on.
    /// - Parameter path: absolute and without links.
    package func mount(holding path: String) -> Mount? {
        var found: Mount?
        for mount in mounts where mount.holds(path) && mount.point.utf8.count >= found?.point.utf8.count ?? 0 {
            found = mount
        }
        return found
    }

    /// Spaces, tabs, line feeds and backslashes are written as `\` and three octal digits.
    private static func unescape(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = field.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, let code = UInt8(String(Substring(digits)), radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Where a mount table comes from.
package protocol MountSource: Sendable {
    /// Nothing where there is no such table.
    func mounts() -> MountTable?
}

/// The kernel's own table.
package struct ProcMounts: MountSource {
    /// In bytes. A line has about 200 of them, and a container about 30 lines.
    private static let limit = 4 << 20

    private let files: any FileSystem

    package init(files: any FileSystem = PosixFiles()) {
        self.files = files
    }

    package func mounts() -> MountTable? {
        guard let contents = try? files.open(FilePath("/proc/self/mountinfo")).contents(limit: Self.limit),
            contents.count <= Self.limit
        else { return nil }
        let text = contents.withBytes { bytes in bytes.indices.map { bytes[$0] } }
        return MountTable(parsing: String(decoding: text, as: UTF8.self))
    }
}
