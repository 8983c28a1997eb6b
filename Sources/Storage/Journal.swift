/// The names and numbers of the journal's format, which `docs/store.md` describes.
enum Journal {
    static let fileName = "journal.ndjson"
    static let lockName = "lock"
    static let format = "keyward-journal"
    static let version = 1

    /// Line 1 of a segment. Its form, checksum included, is the same in every version, so that each can name the
    /// others.
    ///
    /// - Parameter chain: the checksum behind the segment before.
    static func header(version: Int = version, after chain: Checksum = Checksum()) -> [UInt8] {
        var chain = chain
        var line: [UInt8] = []
        seal(into: &line, after: &chain) { $0 += #""format":"\#(format)","version":\#(version)}"#.utf8 }
        return line
    }

    /// The bytes a line begins with, up to the checksum's text; and those between it and what it covers.
    static let opening = Array(#"{"crc":""#.utf8)
    static let closing = Array(#"","#.utf8)
    static let sealLength = opening.count + 8 + closing.count

    /// Appends `{"crc":"…",`, what `write` appends, and a newline, where the checksum is that of all bytes so covered
    /// in the file up to here: of each line everything behind the checksum, the newline included.
    static func seal(into file: inout [UInt8], after chain: inout Checksum, _ write: (inout [UInt8]) -> Void) {
        let start = file.count
        file += opening
        file += "00000000".utf8
        file += closing
        write(&file)
        file.append(newline)
        chain.add(file.span.extracting((start + sealLength)...))
        file.replaceSubrange((start + opening.count)..<(start + opening.count + 8), with: chain.text)
    }

    /// The checksum a line says it has; nil when it does not begin as every line does.
    static func sealed(_ line: Span<UInt8>) -> Checksum? {
        guard line.count > sealLength else { return nil }
        var place = 0
        guard line.skip(opening, at: &place) else { return nil }
        let checksum = Checksum(text: line.extracting(place..<(place + 8)))
        place += 8
        return line.skip(closing, at: &place) ? checksum : nil
    }

    static let newline = UInt8(ascii: "\n")

    /// Digits of the greatest number that is written or read: no count of commits or versions comes near it.
    static let digits = 15
}

extension Span<UInt8> {
    /// Steps over `literal` when it is what stands at `place`.
    func skip(_ literal: [UInt8], at place: inout Int) -> Bool {
        guard count - place >= literal.count else { return false }
        for index in literal.indices where self[place + index] != literal[index] { return false }
        place += literal.count
        return true
    }

    /// The text up to a quotation mark, which is stepped over. The journal quotes nothing that needs an escape.
    func quoted(at place: inout Int) -> String? {
        let start = place
        while place < count, self[place] != UInt8(ascii: "\"") { place += 1 }
        guard place < count else { return nil }
        place += 1
        return extracting(start..<(place - 1)).asText
    }

    /// A number of decimal digits, not too many, without a leading zero.
    func number(at place: inout Int) -> Int? {
        let start = place
        while place < count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self[place]) { place += 1 }
        guard place > start, place - start <= Journal.digits, self[start] != UInt8(ascii: "0") else { return nil }
        return Int(extracting(start..<place).asText)
    }

    private var asText: String {
        unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
