import FHIR

/// One commit of the journal: the versions it made, and its place in the order of all commits.
struct JournalEntry: Equatable {
    /// From 1, without gaps.
    let sequence: Int
    private let first: StoredVersion
    private let others: [StoredVersion]
    /// Where in the line each of several changes is, from the name of its type on; empty where it was not read, or is
    /// one.
    private var places: [Range<Int>] = []

    /// At least one, all of one time.
    var versions: [StoredVersion] { [first] + others }
    /// The version of a commit that made one.
    var only: StoredVersion? { others.isEmpty ? first : nil }
    var time: Instant { first.lastUpdated }

    /// Where the version of this index is found again.
    ///
    /// - Parameter line: where the line that this was read from is in the file, its newline included.
    func place(of index: Int, in file: any DiskFile, line: Range<Int>) -> LinePlace {
        guard !places.isEmpty else { return LinePlace(file: file, bytes: line, change: nil) }
        let (start, place) = (line.lowerBound, places[index])
        return LinePlace(
            file: file, bytes: (start + place.lowerBound)..<(start + place.upperBound), change: (sequence, time))
    }

    /// Whatever they were read from.
    static func == (left: JournalEntry, right: JournalEntry) -> Bool {
        left.sequence == right.sequence && left.first == right.first && left.others == right.others
    }

    /// Goes through the versions, without an array of one.
    func forEachVersion(_ body: (StoredVersion) -> Void) {
        body(first)
        for version in others { body(version) }
    }

    /// Appends the line of this commit. Type, id and time hold no character that JSON would escape.
    func append(to file: inout [UInt8], after chain: inout Checksum) {
        Journal.seal(into: &file, after: &chain) { line in
            line.append(.sequence)
            line.append(number: sequence)
            guard !others.isEmpty else { return append(first, to: &line) }
            line.append(.time)
            first.lastUpdated.append(to: &line)
            line.append(.quote)
            line.append(.changes)
            for (place, version) in versions.enumerated() {
                line.append(place == 0 ? .first : .next)
                append(headOf: version, to: &line)
                line.append(.action)
                if let body = version.body {
                    line.append(.sized)
                    line.append(number: body.count)
                    line.append(.resource)
                    line += body
                    line.append(UInt8(ascii: "}"))
                } else {
                    line.append(.delete)
                }
            }
            line.append(.end)
        }
    }

    /// A commit of one change, as most are, in a form that reads well.
    private func append(_ version: StoredVersion, to line: inout [UInt8]) {
        line.append(.type)
        append(headOf: version, to: &line)
        line.append(.time)
        version.lastUpdated.append(to: &line)
        line.append(.quote)
        line.append(.action)
        if let body = version.body {
            line.append(.put)
            line += body
            line.append(UInt8(ascii: "}"))
        } else {
            line.append(.delete)
        }
    }

    /// A type, whose name has begun, an id and a version.
    private func append(headOf version: StoredVersion, to line: inout [UInt8]) {
        line += version.key.type.name.utf8
        line.append(.quote)
        line.append(.id)
        line += version.key.id.text.utf8
        line.append(.quote)
        line.append(.version)
        line.append(number: version.version)
    }

    init(sequence: Int, versions: [StoredVersion]) {
        self.init(sequence: sequence, first: versions[0], others: Array(versions.dropFirst()))
    }

    /// Of one version, as most are: then no array is made.
    private init(sequence: Int, first: StoredVersion, others: [StoredVersion]) {
        self.sequence = sequence
        self.first = first
        self.others = others
    }
}

// MARK: - Reading

extension JournalEntry {
    /// Reads a line, newline included, of exactly the form `append` gives it; nil for any other. The resource is taken
    /// as it stands: the checksum, which is not looked at here, vouches for it.
    init?(line: Span<UInt8>) {
        var place = Journal.sealLength
        guard line.count > place + 1, line.skip(.sequence, at: &place), let sequence = line.number(at: &place)
        else { return nil }
        if line.skip(.time, at: &place) {
            guard let (versions, places) = Self.several(line, at: &place, in: sequence), place == line.count - 1
            else { return nil }
            self.init(sequence: sequence, versions: versions)
            self.places = places
        } else {
            guard let version = Self.one(line, at: &place, in: sequence), place == line.count - 1 else { return nil }
            self.init(sequence: sequence, first: version, others: [])
        }
    }

    private static func one(_ line: Span<UInt8>, at place: inout Int, in commit: Int) -> StoredVersion? {
        guard line.skip(.type, at: &place), let (key, version) = head(line, at: &place),
            line.skip(.time, at: &place), let time = line.quotation(at: &place),
            let time = Instant(line.extracting(time)),
            line.skip(.action, at: &place)
        else { return nil }
        guard !line.skip(.delete, at: &place) else {
            return StoredVersion(key: key, version: version, lastUpdated: time, body: nil, commit: commit)
        }
        // The resource ends where the line does: before a brace and the newline.
        let end = line.count - 2
        guard line.skip(.put, at: &place), place < end, line[end] == UInt8(ascii: "}") else { return nil }
        defer { place = end + 1 }
        return StoredVersion(
            key: key, version: version, lastUpdated: time, body: [UInt8](line.extracting(place..<end)), commit: commit)
    }

    private static func several(_ line: Span<UInt8>, at place: inout Int, in commit: Int) -> (
        [StoredVersion], [Range<Int>]
    )? {
        guard let time = line.quotation(at: &place), let time = Instant(line.extracting(time)),
            line.skip(.changes, at: &place)
        else { return nil }
        var versions: [StoredVersion] = []
        var places: [Range<Int>] = []
        while line.skip(versions.isEmpty ? .first : .next, at: &place) {
            let start = place
            guard let version = change(line, at: &place, in: commit, time) else { return nil }
            versions.append(version)
            places.append(start..<place)
        }
        return versions.count > 1 && line.skip(.end, at: &place) ? (versions, places) : nil
    }

    /// One of several changes, the name of whose type has begun.
    static func change(
        _ line: Span<UInt8>, at place: inout Int, in commit: Int, _ time: Instant
    ) -> StoredVersion? {
        guard let (key, version) = head(line, at: &place), line.skip(.action, at: &place) else { return nil }
        var body: [UInt8]?
        if !line.skip(.delete, at: &place) {
            guard line.skip(.sized, at: &place), let length = line.number(at: &place),
                line.skip(.resource, at: &place), length < line.count - place,
                line[place + length] == UInt8(ascii: "}")
            else { return nil }
            body = [UInt8](line.extracting(place..<(place + length)))
            place += length + 1
        }
        return StoredVersion(key: key, version: version, lastUpdated: time, body: body, commit: commit)
    }

    /// A type, whose name has begun, an id and a version.
    static func head(_ line: Span<UInt8>, at place: inout Int) -> (ResourceKey, Int)? {
        guard let type = line.quotation(at: &place), let type = ResourceType(line.extracting(type)),
            line.skip(.id, at: &place), let id = line.quotation(at: &place),
            let id = LogicalID(line.extracting(id)),
            line.skip(.version, at: &place), let version = line.number(at: &place)
        else { return nil }
        return (ResourceKey(type: type, id: id), version)
    }
}

extension [UInt8] {
    init(_ span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
