import Vault

/// A tree of files of one's own making: attributes by path, the target of each link, and the folders nobody may enter.
struct PlayedAttributes: FileAttributeSource {
    var entries: [String: FileAttributes] = ["/": FileAttributes(kind: .folder, permissions: 0o755)]
    var targets: [String: String] = [:]
    var closed: Set<String> = []

    init(folders: [String] = [], files: [String] = [], links: [String: String] = [:], closed: Set<String> = []) {
        for path in folders { entries[path] = FileAttributes(kind: .folder, permissions: 0o755) }
        for path in files { entries[path] = FileAttributes(kind: .file, permissions: 0o600) }
        for path in links.keys { entries[path] = FileAttributes(kind: .link, permissions: 0o777) }
        targets = links
        self.closed = closed
    }

    func attributes(of path: FilePath) throws(Errno) -> FileAttributes {
        if closed.contains(where: { path.text.hasPrefix("\($0)/") }) { throw .denied }
        guard let entry = entries[path.text] else { throw .missing }
        return entry
    }

    func target(of link: FilePath) throws(Errno) -> String {
        guard let target = targets[link.text] else { throw .inputOutput }
        return target
    }

    func isReadOnly(_ path: FilePath) -> Bool { false }
    func obstacleToWriting(_ path: FilePath, isFolder: Bool) -> Errno? { nil }
}
