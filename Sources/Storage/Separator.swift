/// What stands between the values of a line.
struct Separator {
    let bytes: StaticString

    static let sequence = Separator(bytes: #""seq":"#)
    static let type = Separator(bytes: #","type":""#)
    static let id = Separator(bytes: #","id":""#)
    static let version = Separator(bytes: #","version":"#)
    static let time = Separator(bytes: #","time":""#)
    static let action = Separator(bytes: #","action":""#)
    static let put = Separator(bytes: #"put","resource":"#)
    static let delete = Separator(bytes: #"delete"}"#)
    static let changes = Separator(bytes: #","changes":["#)
    static let first = Separator(bytes: #"{"type":""#)
    static let next = Separator(bytes: #",{"type":""#)
    static let sized = Separator(bytes: #"put","length":"#)
    static let resource = Separator(bytes: #","resource":"#)
    static let end = Separator(bytes: "]}")
    static let quote = Separator(bytes: "\"")
}

extension [UInt8] {
    mutating func append(_ separator: Separator) {
        separator.bytes.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }

    mutating func append(number: Int) { self += String(number).utf8 }
}

extension Span<UInt8> {
    /// Steps over a separator when it is what stands at `place`.
    func skip(_ separator: Separator, at place: inout Int) -> Bool {
        let length = separator.bytes.utf8CodeUnitCount
        guard count - place >= length else { return false }
        let start = unsafe separator.bytes.utf8Start
        for index in 0..<length where unsafe self[place + index] != start[index] { return false }
        place += length
        return true
    }

    /// Where the text up to a quotation mark is, which is stepped over. Nothing quoted needs an escape.
    func quotation(at place: inout Int) -> Range<Int>? {
        let start = place
        while place < count, self[place] != UInt8(ascii: "\"") { place += 1 }
        guard place < count else { return nil }
        place += 1
        return start..<(place - 1)
    }
}
