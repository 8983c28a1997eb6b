internal import Vault

/// What the rights and the mounts on the way to a file say of it.
struct PathExamination {
    let attributes: any FileAttributeSource
    let table: MountTable?

    init(_ surroundings: Surroundings) {
        attributes = surroundings.attributes
        table = surroundings.mounts.mounts()
    }

    func way(to path: String) -> FileWay { FileWay(to: path, attributes) }

    /// Who else may change what a reader finds. Either the file or the folders: where a folder is open to everybody, so
    /// is what lies in it.
    func noteRights(on way: FileWay, of subject: String, in causes: inout Causes) {
        let open = way.folders.filter { $0.attributes.isWorldWritable && !isReadOnly($0.path) }
        for folder in open {
            causes.add(
                .worldWritableFolder, "everybody may replace what is in the folder, so anybody may set the value",
                at: folder.path, remedy: "take the right away: chmod o-w '\(folder.path)'", of: subject)
        }
        guard case .found(let path, let attributes) = way.end, attributes.kind == .file else { return }
        if open.isEmpty, attributes.isWorldWritable, !isReadOnly(path) {
            causes.add(
                .worldWritableFile, "everybody may write the file, so anybody may set the value", at: path,
                remedy: "take the right away: chmod o-w '\(path)'", of: subject)
        }
    }

    /// The mount that keeps a rotation from the file, if any does.
    func frozenMount(on way: FileWay) -> FrozenMount? {
        switch way.end {
        case .found(let path, let attributes) where attributes.kind == .file:
            FrozenMount(of: path, links: attributes.links, in: table)
        // A file that went with the folder that is mounted.
        case .missing(let path, _):
            FrozenMount(of: path, links: nil, in: table).flatMap { $0.reason == .deleted ? $0 : nil }
        default: nil
        }
    }

    private func isReadOnly(_ path: String) -> Bool { attributes.isReadOnly(FilePath(path)) }
}

extension String {
    /// The folder in which this path has its last name.
    var folderAbove: String {
        lastIndex(of: "/").map { $0 == startIndex ? "/" : String(self[..<$0]) } ?? "."
    }
}

extension FrozenMount {
    /// What it means for whoever reads the file.
    var what: String {
        switch reason {
        case .file: "the file alone is mounted, so a rotation that replaces it never arrives"
        case .generation: "one generation of a volume is mounted, so no rotation ever arrives"
        case .deleted: "what is mounted was deleted or replaced at its source: it is the old one, for good"
        }
    }

    var remedy: String {
        switch reason {
        case .file, .generation: "mount the whole volume as a folder, without `subPath`"
        case .deleted: "mount the whole volume as a folder, without `subPath`, and start anew"
        }
    }
}
