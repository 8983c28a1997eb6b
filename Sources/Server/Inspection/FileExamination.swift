internal import Vault

/// What is wrong with the files that a vault config names, or surprising about them.
struct FileExamination {
    private let config: VaultConfig
    private let files: any FileSystem
    private let paths: PathExamination
    private(set) var causes: Causes

    /// - Parameter causes: those known before, to which these are added.
    init(_ config: VaultConfig, files: any FileSystem, _ paths: PathExamination, _ causes: Causes) {
        self.config = config
        self.files = files
        self.paths = paths
        self.causes = causes
    }

    /// - Parameter statuses: how the secrets stand, each in the eyes of a request.
    mutating func examine(_ statuses: [SecretStatus]) {
        noteRoots(beside: statuses)
        for status in statuses {
            let subject = "secret '\(status.name)'"
            let way = paths.way(to: status.path)
            let frozen = noteMount(on: way, of: subject)
            if let fault = status.fault {
                if !(fault == .missing && frozen) { note(fault, of: subject, at: status.path, way) }
            } else {
                noteOddities(of: subject, at: status.path)
                noteOwner(on: way, of: subject)
            }
            paths.noteRights(on: way, of: subject, in: &causes)
        }
        for status in statuses {
            // One that is the current value's path is a finding about the config.
            if let previous = status.previous, previous.path.namesOnPath != status.path.namesOnPath {
                examine(previous, of: status.name)
            }
        }
    }

    private mutating func examine(_ previous: SecretStatus.Previous, of name: SecretName) {
        let subject = "the value before of secret '\(name)'"
        let way = paths.way(to: previous.path)
        // That there is none is so before the first rotation.
        if let fault = previous.fault, fault != .missing, !(fault.isOutsideRoots && noRootIsThere) {
            let (what, remedy) = fault.explanation(path: previous.path)
            causes.add(.previousFaulty, what, at: previous.path, remedy: remedy, of: subject)
        }
        paths.noteRights(on: way, of: subject, in: &causes)
    }

    private mutating func note(_ fault: SecretFault, of subject: String, at path: String, _ way: FileWay) {
        let (what, remedy) = fault.explanation(path: path)
        switch (fault, way.end) {
        case (.missing, .missing(let folder, isFolder: true)):
            causes.add(
                .folderMissing, "there is no folder \(folder), on the way to its file", at: folder,
                remedy: "mount the volume that delivers it, or correct `path` in the vault config", of: subject)
        case (.unreadable(let error), .closed(let folder)):
            causes.add(
                .folderClosed, "the folder \(folder), on the way to its file, cannot be entered (\(error))", at: folder,
                remedy: "let the user that runs keyward enter it", of: subject)
        case (.outsideRoots, _) where noRootIsThere: break  // which is said once, of the roots
        default: causes.add(FindingCode(fault), what, at: path, remedy: remedy, of: subject)
        }
    }

    /// A root that is not there admits nothing. Where its folder is missing for a secret too, that says it.
    private mutating func noteRoots(beside statuses: [SecretStatus]) {
        let missing = statuses.filter { $0.fault == .missing }.compactMap { paths.way(to: $0.path).end.missingPath }
        for root in config.roots ?? [] {
            let end = paths.way(to: root).end
            if end.isFolder || end.missingPath.map(missing.contains) ?? false { continue }
            causes.add(
                .rootMissing, "there is no such folder, so no file lies below it", at: root,
                remedy: "mount the volume there, or correct `roots` in the vault config", of: "`roots`")
        }
    }

    private var noRootIsThere: Bool {
        guard let roots = config.roots else { return false }
        return !roots.contains { paths.way(to: $0).end.isFolder }
    }

    /// Whether a mount keeps rotations from the file.
    private mutating func noteMount(on way: FileWay, of subject: String) -> Bool {
        guard let frozen = paths.frozenMount(on: way) else { return false }
        causes.add(
            frozen.reason == .deleted ? .staleMount : .frozenMount, frozen.what, at: frozen.place,
            remedy: frozen.remedy, of: subject)
        return true
    }

    private mutating func noteOddities(of subject: String, at path: String) {
        // A file that went since it was looked at is for the next inspection.
        for oddity in (try? ValueOddity.all(in: FilePath(path), files)) ?? [] {
            causes.add(FindingCode(oddity), oddity.what, at: path, remedy: oddity.remedy, of: subject)
        }
    }

    /// Root, or whoever else looks now, may be let in where the server's own user is not.
    private mutating func noteOwner(on way: FileWay, of subject: String) {
        guard case .found(let path, let attributes) = way.end, !attributes.isReadableByOwner else { return }
        let mode = "0" + String(attributes.permissions, radix: 8)
        causes.add(
            .ownerUnreadable, "the file's own owner may not read it (mode \(mode)), though this check could", at: path,
            remedy: "run the check as the server's user; chmod u+r '\(path)'", of: subject)
    }
}

extension SecretFault {
    fileprivate var isOutsideRoots: Bool { if case .outsideRoots = self { true } else { false } }
}

extension FileWay.End {
    fileprivate var isFolder: Bool {
        if case .found(_, let attributes) = self { attributes.kind == .folder } else { false }
    }

    fileprivate var missingPath: String? { if case .missing(let path, _) = self { path } else { nil } }
}
