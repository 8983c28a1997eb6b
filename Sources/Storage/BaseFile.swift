import FHIR

/// The names and lines of a base: everything that is kept of the commits from 1 to some number, one version a line, in
/// ascending order of type name, id and version. `docs/store.md` describes the format.
enum BaseFile {
    static let format = "keyward-base"
    static let version = 1

    private static let numbering = NumberedName(prefix: "base-")

    /// The name of the base of commits 1 to `commits`: `base-000000000042.ndjson`.
    static func name(commits: Int) -> String { numbering.name(commits) }

    /// The commits in a base of this name; nil when it is not the name of a finished one.
    static func commits(inName name: String) -> Int? { numbering.number(in: name) }

    /// Line 1. Its form, checksum included, is the same in every version, so that each can name the others.
    static func header(version: Int = version) -> [UInt8] {
        var chain = Checksum()
        var line: [UInt8] = []
        appendHeader(to: &line, after: &chain, version: version)
        return line
    }

    static func appendHeader(to file: inout [UInt8], after chain: inout Checksum, version: Int = version) {
        Journal.seal(into: &file, after: &chain) { $0 += #""format":"\#(format)","version":\#(version)}"#.utf8 }
    }

    /// The version that a sound header names; nil when the line is none.
    static func version(inHeader line: [UInt8]) -> Int? {
        var place = Journal.sealLength
        let members = Array(#""format":"\#(format)","version":"#.utf8)
        guard line.count > place, line.span.skip(members, at: &place), let version = line.span.number(at: &place),
            line == header(version: version)
        else { return nil }
        return version
    }
}

/// What the last line of a base says.
struct BaseEnd: Equatable {
    /// The base holds what is kept of commits 1 to this one.
    let commits: Int
    /// Of the file, with the header and this one.
    let lines: Int
    /// Of the newest commit; nil where there is none.
    let time: Instant?
    /// The journal's running checksum behind the newest commit, from which the next segment goes on.
    let chain: Checksum

    func append(to file: inout [UInt8], after checksum: inout Checksum) {
        Journal.seal(into: &file, after: &checksum) { line in
            line += #""commits":\#(commits),"lines":\#(lines)"#.utf8
            if let time { line += #","time":"\#(time.text)""#.utf8 }
            line += #","chain":""#.utf8
            line += chain.text
            line += #""}"#.utf8
        }
    }
}

extension BaseEnd {
    private static let members = (
        commits: Array(#""commits":"#.utf8), none: Array("0".utf8), lines: Array(#","lines":"#.utf8),
        time: Array(#","time":""#.utf8), chain: Array(#","chain":""#.utf8), end: Array("}\n".utf8)
    )

    /// Whether a line is meant as the end, whatever follows.
    static func isBegun(by line: Span<UInt8>) -> Bool {
        var place = Journal.sealLength
        return line.count > place && line.skip(members.commits, at: &place)
    }

    /// Whether a damaged line, or what is left of it, was the end, as far as it is legible.
    static func isLegible(in line: Span<UInt8>) -> Bool {
        // The checksum and what closes the line.
        var place = line.count - members.chain.count - 11
        return isBegun(by: line) || place > 0 && line.skip(members.chain, at: &place)
    }

    /// Reads a line, newline included, of exactly the form `append` gives it; nil for any other. Its own checksum is
    /// not looked at.
    init?(line: [UInt8]) {
        let members = Self.members
        let line = line.span
        var place = Journal.sealLength
        guard line.count > place, line.skip(members.commits, at: &place),
            let commits = line.skip(members.none, at: &place) ? 0 : line.number(at: &place),
            line.skip(members.lines, at: &place), let lines = line.number(at: &place)
        else { return nil }
        var time: Instant?
        if line.skip(members.time, at: &place) {
            time = line.quoted(at: &place).flatMap { Instant($0) }
            guard time != nil else { return nil }
        }
        guard line.skip(members.chain, at: &place), let text = line.quoted(at: &place),
            let chain = Checksum(text: text.utf8.span), line.skip(members.end, at: &place), place == line.count
        else { return nil }
        self.init(commits: commits, lines: lines, time: time, chain: chain)
    }
}
