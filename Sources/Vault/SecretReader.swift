/// Reads one file as a secret: the bytes, and the state of the file that they belong to.
struct SecretReader: Sendable {
    /// The longest file that is a secret, in bytes.
    static let limit = 65_536

    let files: any FileSystem
    /// Where given, the file must lie below one of these.
    let roots: [FilePath]?

    /// What one look came to.
    enum Sight {
        case seen(SecretCell.Outcome)
        /// The file moved under the reader, so another look may well find it; otherwise this is what is wrong.
        case moving(SecretFault)
    }

    /// 1. `stat`, through every link. The same identity as last time: what was found then still holds.
    /// 2. Else note the time and read the file (below), keeping what was found if its identity is settled.
    func look(at cell: SecretCell) -> Sight {
        let looked = Moment.now()
        do throws(Errno) {
            let identity = try files.identity(of: cell.path)
            if let kept = cell.kept(for: identity, looked: looked) { return .seen(kept) }
            if let fault = Self.fault(of: identity) { return .seen(.fault(fault)) }
            return try read(cell, looked: looked)
        } catch {
            let fault: SecretFault = error.isMissing ? .missing : .unreadable(error)
            return error.isVanishing ? .moving(fault) : .seen(.fault(fault))
        }
    }

    /// 1. Open the path; from here on it is one file, wherever the path leads by now.
    /// 2. Its identity, its kind, and where it lies.
    /// 3. Its bytes.
    /// 4. Its identity again: if that differs, or the size is not that of the bytes, it changed meanwhile.
    private func read(_ cell: SecretCell, looked: Moment) throws(Errno) -> Sight {
        let generation = cell.generation
        let began = files.now()
        let file = try files.open(cell.path)
        let before = try file.identity()
        if let fault = Self.fault(of: before) { return .seen(.fault(fault)) }
        if let path = try finalPathOutsideRoots(of: file) { return .seen(.fault(.outsideRoots(finalPath: path))) }
        let contents = try file.contents(limit: Self.limit)
        guard try file.identity() == before, contents.count == before.size else { return .moving(.unstable) }
        let outcome = Self.outcome(of: contents)
        cell.keep(outcome, for: before.isSettled(at: began) ? before : nil, looked: looked, since: generation)
        return .seen(outcome)
    }

    /// What a file's state shows without opening it, which for a device or a FIFO is best left alone.
    static func fault(of identity: FileIdentity) -> SecretFault? {
        guard identity.kind == .regular else { return .notAFile(identity.kind) }
        return identity.size > limit ? .tooLong : nil
    }

    /// The value is the file less one line ending. What no vault would deliver as a value is none: nothing at all, a
    /// NUL, or the words that Go templates and JSON print for "nothing".
    private static func outcome(of contents: borrowing SecretBytes) -> SecretCell.Outcome {
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
            return .value(HeldSecret(SecretBytes(copying: value)))
        }
    }

    /// The final path of `file` if it lies below no root. Roots are resolved at every read, since a root may be a link
    /// that moves too; one that cannot be resolved holds nothing.
    private func finalPathOutsideRoots(of file: borrowing any OpenFile & ~Copyable) throws(Errno) -> String? {
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

extension Span<UInt8> {
    fileprivate func spells(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        let spelling = unsafe Span(_unsafeStart: word.utf8Start, count: word.utf8CodeUnitCount)
        for index in indices where self[index] != spelling[index] { return false }
        return true
    }
}
