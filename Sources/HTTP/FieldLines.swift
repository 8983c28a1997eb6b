/// The lines of one header that have a known name, in their order: which name, and where in the header its value is. As
/// many as most requests have are kept in place and cost no allocation.
struct FieldLines: Sendable {
    struct Line {
        let name: FieldName
        let value: Range<Int>
    }

    private var usual = InlineArray<6, Line>(repeating: Line(name: .host, value: 0..<0))
    private var others: [Line] = []
    /// A bit for each name that is there: most questions are for one that is not.
    private var names: UInt32 = 0
    private(set) var count = 0

    func has(_ name: FieldName) -> Bool { names & name.bit != 0 }

    subscript(index: Int) -> Line { index < usual.count ? usual[index] : others[index - usual.count] }

    mutating func append(_ name: FieldName, _ value: Range<Int>) {
        let line = Line(name: name, value: value)
        if count < usual.count { usual[count] = line } else { others.append(line) }
        names |= name.bit
        count += 1
    }
}

extension FieldName {
    fileprivate var bit: UInt32 { 1 << UInt32(rawValue) }
}
