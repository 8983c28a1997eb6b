/// Files that a vault delivers together and that make sense only together: a certificate, its key, authorities. They
/// are looked at as a secret is, through every link, and read all in one state of their volume.
package struct FileGroup: Sendable {
    /// The longest file that is read, in bytes: a bundle of all public authorities has a quarter of it.
    package static let limit = 1_048_576

    /// What the paths resolve to at one moment.
    package struct State: Equatable, Sendable {
        fileprivate let identities: [FileIdentity]
        /// A write that follows must leave another state than this one.
        package let isSettled: Bool

        package static func == (left: State, right: State) -> Bool { left.identities == right.identities }
    }

    private let paths: [FilePath]
    private let files: any FileSystem

    /// - Parameter paths: relative ones start at the working folder.
    package init(_ paths: [String], files: any FileSystem) {
        self.paths = paths.map { FilePath($0) }
        self.files = files
    }

    /// One `stat` a file.
    package func state() throws(FileGroupFault) -> State {
        let began = files.now()
        var identities: [FileIdentity] = []
        for path in paths { identities.append(try identity(of: path)) }
        return State(identities: identities, isSettled: identities.allSatisfy { $0.isSettled(at: began) })
    }

    /// Reads all of them.
    ///
    /// 1. The state.
    /// 2. Each file's bytes, if it is the one of that state when they were read. Else somebody is swapping the files,
    ///    which is the fault `unstable`.
    package func read() throws(FileGroupFault) -> (state: State, contents: [FileContent]) {
        let state = try state()
        var contents: [FileContent] = []
        for (path, identity) in zip(paths, state.identities) { contents.append(try read(path, identity)) }
        return (state, contents)
    }

    private func identity(of path: FilePath) throws(FileGroupFault) -> FileIdentity {
        do throws(Errno) {
            return try files.identity(of: path)
        } catch {
            throw FileGroupFault(path: path.text, error)
        }
    }

    private func read(_ path: FilePath, _ identity: FileIdentity) throws(FileGroupFault) -> FileContent {
        func refuse(_ fault: SecretFault) -> FileGroupFault { FileGroupFault(path: path.text, fault: fault) }
        guard identity.kind == .regular else { throw refuse(.notAFile(identity.kind)) }
        guard identity.size <= Self.limit else { throw refuse(.tooLong) }
        guard identity.size > 0 else { throw refuse(.empty) }
        let content: FileContent?
        do throws(Errno) {
            content = try read(path, as: identity)
        } catch {
            throw FileGroupFault(path: path.text, error)
        }
        guard let content else { throw refuse(.unstable) }
        return content
    }

    /// Nothing if the path leads to another file by now, or this one has changed meanwhile.
    private func read(_ path: FilePath, as identity: FileIdentity) throws(Errno) -> FileContent? {
        let file = try files.open(path)
        let bytes = try file.contents(limit: Int(identity.size))
        guard bytes.count == identity.size, try file.identity() == identity else { return nil }
        return FileContent(bytes)
    }
}

/// The bytes of a file, overwritten when the last who holds them lets go. Nothing prints them.
package final class FileContent: Sendable, CustomReflectable, CustomStringConvertible {
    private let bytes: SecretBytes

    init(_ bytes: consuming SecretBytes) { self.bytes = bytes }

    /// Lends the bytes; whoever copies them overwrites the copy.
    package func withBytes<Value: ~Copyable, Failure>(
        _ body: (Span<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try bytes.withBytes(body)
    }

    package var description: String { "the bytes of a file" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why one file of a group cannot be had.
package struct FileGroupFault: Error, Equatable, Sendable {
    package let path: String
    package let fault: SecretFault

    init(path: String, fault: SecretFault) {
        self.path = path
        self.fault = fault
    }

    init(path: String, _ error: Errno) {
        self.init(path: path, fault: error.isMissing ? .missing : .unreadable(error))
    }

    /// What is wrong with it, its path included.
    package var what: String {
        switch fault {
        case .tooLong: "\(path) is longer than \(FileGroup.limit) bytes"
        default: fault.explanation(path: path).what
        }
    }
}
