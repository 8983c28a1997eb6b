/// Reads one file as a secret: the bytes, and the state of the file that they belong to.
struct SecretReader: Sendable {
    /// The longest file that is a secret, in bytes.
    static let limit = 65_536

    let files: any FileSystem
    let clock: @Sendable () -> Moment

    init(files: any FileSystem, clock: @escaping @Sendable () -> Moment) {
        self.files = files
        self.clock = clock
    }

    /// What one look came to.
    enum Sight {
        case seen(SecretFile.Outcome)
        /// A value that is another than the last one.
        case changed(HeldSecret)
        /// The file moved under the reader, so another look may well find it; otherwise this is what is wrong.
        case moving(SecretFault)
    }

    /// 1. `stat`, through every link. The same identity as last time: what was found then still holds.
    /// 2. Else note the time and read the file (below), keeping what was found if its identity is settled.
    ///
    /// - Parameters:
    ///   - roots: where given, the file must lie below one of these.
    ///   - mayHaveMended: do not rely on a fault whose cause an identity does not show.
    func look(at file: SecretFile, roots: [FilePath]?, mayHaveMended: Bool = false) -> Sight {
        let looked = clock()
        do throws(Errno) {
            let identity = try files.identity(of: file.path)
            if let kept = file.kept(for: identity, looked: looked), !(mayHaveMended && kept.isUnseenFault) {
                return .seen(kept)
            }
            let look = Look(file: file, generation: file.generation, looked: looked, identity: identity)
            if let fault = Self.fault(of: identity) {
                // Kept in place of the value, which is let go.
                _ = look.keep(.fault(fault), for: identity)
                return .seen(.fault(fault))
            }
            return try read(look, roots)
        } catch {
            if error.isVanishing { return .moving(error.isMissing ? .missing : .unreadable(error)) }
            if !file.isRefused(by: error) { file.forget() }
            return .seen(.fault(.unreadable(error)))
        }
    }

    private struct Look {
        let file: SecretFile
        let generation: SecretFile.Generation
        let looked: Moment
        /// What `stat` saw.
        let identity: FileIdentity

        func keep(_ outcome: SecretFile.Outcome, for identity: FileIdentity?, content: SecretFile.Content? = nil)
            -> Bool
        {
            file.keep(outcome, for: identity, content: content, since: generation, looked: looked)
        }
    }

    /// 1. Open the path; from here on it is one file, wherever the path leads by now.
    /// 2. Its identity, its kind, and where it lies.
    /// 3. Its bytes.
    /// 4. Its identity again: if that differs, or the size is not that of the bytes, it changed meanwhile.
    private func read(_ look: Look, _ roots: [FilePath]?) throws(Errno) -> Sight {
        let began = files.now()
        let file = try open(look, began)
        let before = try file.identity()
        let kept = before.isSettled(at: began) ? before : nil
        if let fault = Self.fault(of: before) { return .seen(.fault(fault)) }
        if let path = try finalPath(of: file, outside: roots) {
            let fault = SecretFile.Outcome.fault(.outsideRoots(finalPath: path))
            _ = look.keep(fault, for: kept)
            return .seen(fault)
        }
        let contents = try file.contents(limit: Self.limit)
        guard try file.identity() == before, contents.count == before.size else { return .moving(.unstable) }
        switch outcome(of: contents, identity: before) {
        case .fault(let fault):
            _ = look.keep(.fault(fault), for: kept)
            return .seen(.fault(fault))
        case .value(let held):
            let age = max(began.duration - before.changed.duration, .zero)
            let content = SecretFile.Content(
                digest: held.digest, changed: before.changed, age: age, noted: look.looked)
            return look.keep(.value(held), for: kept, content: content) ? .changed(held) : .seen(.value(held))
        }
    }

    /// A refusal is kept, so that it costs no more than any other denial: rights that are mended change the identity.
    /// Not where the path leads elsewhere by now: then it may not be what `stat` saw that was refused.
    private func open(_ look: Look, _ began: FileTime) throws(Errno) -> any OpenFile & ~Copyable {
        do throws(Errno) {
            return try files.open(look.file.path)
        } catch {
            if error.isDenied {
                let isRefused = try files.identity(of: look.file.path) == look.identity
                let identity = isRefused && look.identity.isSettled(at: began) ? look.identity : nil
                _ = look.keep(.fault(.unreadable(error)), for: identity)
            }
            throw error
        }
    }

    /// What a file's state shows without opening it, which for a device or a FIFO is best left alone.
    static func fault(of identity: FileIdentity) -> SecretFault? {
        guard identity.kind == .regular else { return .notAFile(identity.kind) }
        return identity.size > limit ? .tooLong : nil
    }

    /// The value is the file less one line ending. What no vault would deliver as a value is none: nothing at all, a
    /// NUL, or the words that Go templates and JSON print for "nothing".
    private func outcome(of contents: borrowing SecretBytes, identity: FileIdentity) -> SecretFile.Outcome {
        contents.withBytes { bytes in
            var end = bytes.count
            if end > 0, bytes[end - 1] == UInt8(ascii: "\n") {
                end -= 1
                if end > 0, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            }
            let value = bytes.extracting(0..<end)
            if value.isEmpty { return .fault(.empty) }
            for index in value.indices where value[index] == 0 { return .fault(.containsNUL) }
            for word in ["null", "<no value>"] as [StaticString] where value.spells(word) { return .fault(.noValue) }
            return .value(HeldSecret(SecretBytes(copying: value), digest: SecretDigest(of: value), identity: identity))
        }
    }

    /// The final path of `file` if it lies below none of `roots`. Roots are resolved at every read, since a root may be
    /// a link that moves too; one that cannot be resolved holds nothing.
    private func finalPath(
        of file: borrowing any OpenFile & ~Copyable, outside roots: [FilePath]?
    ) throws(Errno) -> String? {
        guard let roots else { return nil }
        let path = try file.finalPath()
        for root in roots {
            guard let realRoot = try? files.realPath(of: root) else { continue }
            let prefix = realRoot == "/" ? realRoot : realRoot + "/"
            if path.utf8.starts(with: prefix.utf8) { return nil }
        }
        return path
    }
}

extension SecretFile.Outcome {
    /// A fault that can be mended without a change of the file: by other rights of the process, or by moving a folder.
    fileprivate var isUnseenFault: Bool {
        switch self {
        case .fault(.unreadable), .fault(.outsideRoots): true
        default: false
        }
    }
}

extension Span<UInt8> {
    fileprivate func spells(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        let spelling = unsafe Span(_unsafeStart: word.utf8Start, count: word.utf8CodeUnitCount)
        for index in indices where self[index] != spelling[index] { return false }
        return true
    }
}
