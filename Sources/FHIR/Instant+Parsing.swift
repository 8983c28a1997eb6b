extension Instant {
    /// Reads any `instant` of R4: with seconds, a fraction of any length or none, and `Z` or an offset from UTC. What
    /// is beyond milliseconds counts as one more, so that nothing before the moment is taken for later. In a query a
    /// plus sign that was not encoded is a space, and is taken for what it was meant as.
    package init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count > 19 else { return nil }
        var rest = bytes[19...]
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix { Self.digits.contains($0) }
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(1 + fraction.count)
        }
        let milliseconds = (fraction + Array("000".utf8)).prefix(3)
        let exact = bytes[..<19] + [UInt8(ascii: ".")] + milliseconds + [UInt8(ascii: "Z")]
        guard let time = Instant(Array(exact).span), let offset = Self.minutes(ofOffset: Array(rest)) else {
            return nil
        }
        let isBetween = fraction.dropFirst(3).contains { $0 != UInt8(ascii: "0") }
        self.init(milliseconds: time.milliseconds - Int64(offset) * 60_000 + (isBetween ? 1 : 0))
    }

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    /// `Z`, or hours and minutes behind a sign; at most 14 hours, as XML Schema has it.
    private static func minutes(ofOffset text: [UInt8]) -> Int? {
        if text == [UInt8(ascii: "Z")] { return 0 }
        guard text.count == 6, "+- ".utf8.contains(text[0]), text[3] == UInt8(ascii: ":") else { return nil }
        let numbers = [text[1], text[2], text[4], text[5]]
        guard numbers.allSatisfy({ digits.contains($0) }) else { return nil }
        let places = numbers.map { Int($0 - UInt8(ascii: "0")) }
        let (hours, minutes) = (places[0] * 10 + places[1], places[2] * 10 + places[3])
        guard hours * 60 + minutes <= 14 * 60, minutes < 60 else { return nil }
        return (text[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }
}
