import FHIR

/// One commit of the journal: the versions it made, and its place in the order of all commits.
struct JournalEntry: Equatable {
    /// From 1, without gaps.
    let sequence: Int
    /// At least one, all of one time.
    let versions: [StoredVersion]

    /// Appends the line of this commit. Type, id and time hold no character that JSON would escape.
    func append(to file: inout [UInt8], after chain: inout Checksum) {
        Journal.seal(into: &file, after: &chain) { line in
            guard versions.count > 1 else { return append(versions[0], to: &line) }
            line += #""seq":\#(sequence),"time":"\#(versions[0].lastUpdated.text)","changes":["#.utf8
            for (place, version) in versions.enumerated() {
                if place > 0 { line.append(UInt8(ascii: ",")) }
                line += #"{"type":"\#(version.key.type.name)","id":"\#(version.key.id.text)","#.utf8
                line += #""version":\#(version.version),"action":"#.utf8
                if let body = version.body {
                    line += #""put","length":\#(body.count),"resource":"#.utf8
                    line += body
                    line.append(UInt8(ascii: "}"))
                } else {
                    line += #""delete"}"#.utf8
                }
            }
            line += "]}".utf8
        }
    }

    /// A commit of one change, as most are, in a form that reads well.
    private func append(_ version: StoredVersion, to line: inout [UInt8]) {
        line += #""seq":\#(sequence),"type":"\#(version.key.type.name)","id":"\#(version.key.id.text)","#.utf8
        line += #""version":\#(version.version),"time":"\#(version.lastUpdated.text)","action":"#.utf8
        if let body = version.body {
            line += #""put","resource":"#.utf8
            line += body
            line.append(UInt8(ascii: "}"))
        } else {
            line += #""delete"}"#.utf8
        }
    }

    init(sequence: Int, versions: [StoredVersion]) {
        self.sequence = sequence
        self.versions = versions
    }
}

// MARK: - Reading

extension JournalEntry {
    private static let members = (
        sequence: Array(#""seq":"#.utf8), type: Array(#","type":""#.utf8), id: Array(#","id":""#.utf8),
        version: Array(#","version":"#.utf8), time: Array(#","time":""#.utf8), action: Array(#","action":""#.utf8),
        put: Array(#"put","resource":"#.utf8), delete: Array(#"delete"}"#.utf8), changes: Array(#","changes":["#.utf8),
        first: Array(#"{"type":""#.utf8), next: Array(#",{"type":""#.utf8), sized: Array(#"put","length":"#.utf8),
        resource: Array(#","resource":"#.utf8), end: Array("]}".utf8)
    )

    /// Reads a line, newline included, of exactly the form `append` gives it; nil for any other. The resource is taken
    /// as it stands: the checksum, which is not looked at here, vouches for it.
    init?(line: Span<UInt8>) {
        let members = Self.members
        var place = Journal.sealLength
        guard line.count > place + 1, line.skip(members.sequence, at: &place), let sequence = line.number(at: &place)
        else { return nil }
        let versions =
            if line.skip(members.time, at: &place) {
                Self.several(line, at: &place)
            } else {
                Self.one(line, at: &place).map { [$0] }
            }
        guard let versions, place == line.count - 1 else { return nil }
        self.init(sequence: sequence, versions: versions)
    }

    private static func one(_ line: Span<UInt8>, at place: inout Int) -> StoredVersion? {
        guard line.skip(members.type, at: &place), let (key, version) = head(line, at: &place),
            line.skip(members.time, at: &place), let time = line.quoted(at: &place).flatMap({ Instant($0) }),
            line.skip(members.action, at: &place)
        else { return nil }
        guard !line.skip(members.delete, at: &place) else {
            return StoredVersion(key: key, version: version, lastUpdated: time, body: nil)
        }
        // The resource ends where the line does: before a brace and the newline.
        let end = line.count - 2
        guard line.skip(members.put, at: &place), place < end, line[end] == UInt8(ascii: "}") else { return nil }
        defer { place = end + 1 }
        return StoredVersion(
            key: key, version: version, lastUpdated: time, body: [UInt8](line.extracting(place..<end)))
    }

    private static func several(_ line: Span<UInt8>, at place: inout Int) -> [StoredVersion]? {
        guard let time = line.quoted(at: &place).flatMap({ Instant($0) }), line.skip(members.changes, at: &place)
        else { return nil }
        var versions: [StoredVersion] = []
        while line.skip(versions.isEmpty ? members.first : members.next, at: &place) {
            guard let (key, version) = head(line, at: &place), line.skip(members.action, at: &place) else { return nil }
            var body: [UInt8]?
            if !line.skip(members.delete, at: &place) {
                guard line.skip(members.sized, at: &place), let length = line.number(at: &place),
                    line.skip(members.resource, at: &place), length < line.count - place,
                    line[place + length] == UInt8(ascii: "}")
                else { return nil }
                body = [UInt8](line.extracting(place..<(place + length)))
                place += length + 1
            }
            versions.append(StoredVersion(key: key, version: version, lastUpdated: time, body: body))
        }
        return versions.count > 1 && line.skip(members.end, at: &place) ? versions : nil
    }

    /// A type, whose name has begun, an id and a version.
    private static func head(_ line: Span<UInt8>, at place: inout Int) -> (ResourceKey, Int)? {
        guard let type = line.quoted(at: &place).flatMap({ ResourceType($0) }),
            line.skip(members.id, at: &place), let id = line.quoted(at: &place).flatMap({ LogicalID($0) }),
            line.skip(members.version, at: &place), let version = line.number(at: &place)
        else { return nil }
        return (ResourceKey(type: type, id: id), version)
    }
}

extension [UInt8] {
    init(_ span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
