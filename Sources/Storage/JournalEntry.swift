import FHIR

/// One commit of the journal: a version, and its place in the order of all commits.
struct JournalEntry: Equatable {
    /// From 1, without gaps.
    let sequence: Int
    let stored: StoredVersion

    /// Appends the line of this commit. Type, id and time hold no character that JSON would escape.
    func append(to file: inout [UInt8], after chain: inout Checksum) {
        let rest =
            #""seq":\#(sequence),"type":"\#(stored.key.type.name)","id":"\#(stored.key.id.text)","#
            + #""version":\#(stored.version),"time":"\#(stored.lastUpdated.text)","action":"#
        if let body = stored.body {
            Journal.seal(rest + #""put","resource":"#, body: body, into: &file, after: &chain)
        } else {
            Journal.seal(rest + #""delete"}"#, into: &file, after: &chain)
        }
    }

    init(sequence: Int, stored: StoredVersion) {
        self.sequence = sequence
        self.stored = stored
    }

    private static let members = (
        sequence: Array(#""seq":"#.utf8), type: Array(#","type":""#.utf8), id: Array(#","id":""#.utf8),
        version: Array(#","version":"#.utf8), time: Array(#","time":""#.utf8), action: Array(#","action":""#.utf8),
        put: Array(#"put","resource":"#.utf8), delete: Array(#"delete"}"#.utf8)
    )

    /// Reads a line, newline included, of exactly the form `append` gives it; nil for any other. The resource is taken
    /// as it stands: the checksum, which is not looked at here, vouches for it.
    init?(line: Span<UInt8>) {
        let members = Self.members
        var place = Journal.sealLength
        guard line.count > place + 1,
            line.skip(members.sequence, at: &place), let sequence = line.number(at: &place),
            line.skip(members.type, at: &place), let typeName = line.quoted(at: &place),
            line.skip(members.id, at: &place), let idText = line.quoted(at: &place),
            line.skip(members.version, at: &place), let version = line.number(at: &place),
            line.skip(members.time, at: &place), let timeText = line.quoted(at: &place),
            line.skip(members.action, at: &place),
            let type = ResourceType(typeName), let id = LogicalID(idText), let time = Instant(timeText)
        else { return nil }
        let end = line.count - 1
        var body: [UInt8]?
        if line.skip(members.put, at: &place) {
            guard end - 1 > place, line[end - 1] == UInt8(ascii: "}") else { return nil }
            body = [UInt8](line.extracting(place..<(end - 1)))
        } else {
            guard line.skip(members.delete, at: &place), place == end else { return nil }
        }
        self.init(
            sequence: sequence,
            stored: StoredVersion(
                key: ResourceKey(type: type, id: id), version: version, lastUpdated: time, body: body))
    }
}

extension [UInt8] {
    init(_ span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
