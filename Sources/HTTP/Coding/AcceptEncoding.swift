/// What a request's `Accept-Encoding` says of the codings of a response (RFC 9110 §12.5.3), gathered line by line. It
/// asks for gzip where gzip is named, or covered by `*`, with a quality that is neither 0 nor below that of identity.
///
/// A field that breaks the grammar counts as none at all: content as it is suits everyone.
package struct AcceptEncoding: Sendable, Equatable {
    /// What follows for a response.
    package enum Choice: Sendable {
        /// Content as it is: also where the field is missing, empty or broken.
        case identity
        /// gzip where it pays.
        case gzip
        /// gzip however little it pays: identity is refused.
        case onlyGzip
        /// Neither is acceptable.
        case nothing
    }

    /// Thousandths; the lower one where a coding is named twice.
    private var gzip: UInt16?
    private var identity: UInt16?
    private var any: UInt16?
    private var isBroken = false

    init() {}

    mutating func take(_ value: Span<UInt8>) {
        value.forEachElement { element in
            guard !element.isEmpty else { return }
            let end = element.firstIndex(of: .semicolon) ?? element.count
            let name = element.extracting(0..<end)
            let coding = name.extracting(name.trimmedRange())
            guard !coding.isEmpty, coding.allSatisfy(Alphabet.token),
                let quality = end == element.count ? 1_000 : Self.quality(element.extracting((end + 1)...))
            else { return isBroken = true }
            if coding.equals("gzip", ignoringCase: true) || coding.equals("x-gzip", ignoringCase: true) {
                gzip = min(gzip ?? quality, quality)
            } else if coding.equals("identity", ignoringCase: true) {
                identity = min(identity ?? quality, quality)
            } else if coding.equals("*") {
                any = min(any ?? quality, quality)
            }
        }
    }

    package var choice: Choice {
        guard !isBroken else { return .identity }
        let gzip = gzip ?? any ?? 0
        // Identity is acceptable unless it is excluded, and nobody's wish unless it is named.
        guard let identity = identity ?? any else { return gzip > 0 ? .gzip : .identity }
        if identity == 0 { return gzip > 0 ? .onlyGzip : .nothing }
        return gzip >= identity ? .gzip : .identity
    }

    /// The number of `q=0.5` (RFC 9110 §12.4.2) in thousandths; nothing where it is malformed.
    private static func quality(_ text: Span<UInt8>) -> UInt16? {
        let weight = text.extracting(text.trimmedRange())
        guard weight.count > 2, weight.extracting(0..<2).equals("q=", ignoringCase: true) else { return nil }
        return thousandths(weight.extracting(2...))
    }

    /// `0`, `0.5`, `0.123`, `1`, `1.000`.
    private static func thousandths(_ text: Span<UInt8>) -> UInt16? {
        guard (1...5).contains(text.count), text[0] == 0x30 || text[0] == 0x31 else { return nil }
        guard text.count > 1 else { return text[0] == 0x30 ? 0 : 1_000 }
        guard text[1] == 0x2e else { return nil }
        var sum = UInt16(text[0] - 0x30) * 1_000
        var place: UInt16 = 100
        for index in 2..<text.count {
            guard text[index].isDigit else { return nil }
            sum += UInt16(text[index] - 0x30) * place
            place /= 10
        }
        return sum <= 1_000 ? sum : nil
    }
}
