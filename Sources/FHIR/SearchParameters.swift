import JSON

/// The parameters of a search, in their order, from a URL's query or a form
/// (application/x-www-form-urlencoded). Empty parts (`a=1&&b=2`) are skipped; a part without `=` has an empty value.
package struct SearchParameters: Sendable, Equatable {
    package struct Parameter: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Parameters that one search may have.
    package static let limit = 100

    package private(set) var parameters: [Parameter] = []

    package init(_ parameters: Parameter...) { self.parameters = parameters }

    /// Reads the text behind the `?`, or a form's body. Fails on a percent sign without two hexadecimal digits, and on
    /// what is not UTF-8 once decoded, and on more parameters than the limit.
    package init(parsing bytes: Span<UInt8>) throws(FHIRError) {
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count && bytes[end] != UInt8(ascii: "&") { end += 1 }
            if end > start {
                var equals = start
                while equals < end && bytes[equals] != UInt8(ascii: "=") { equals += 1 }
                guard let name = Self.decode(bytes, start..<equals) else {
                    let raw = (start..<equals).map { bytes[$0] }
                    throw Self.fault("the name of the parameter", String(decoding: raw, as: UTF8.self))
                }
                guard let value = Self.decode(bytes, min(equals + 1, end)..<end) else {
                    throw Self.fault("the value of the parameter", name)
                }
                guard parameters.count < Self.limit else {
                    throw .malformed(.tooCostly, "the search has more than \(Self.limit) parameters; send fewer")
                }
                parameters.append(Parameter(name, value))
            }
            start = end + 1
        }
    }

    /// The parameters with every `name` taken out and, with a value, one put at the end.
    package func setting(_ name: String, to value: String?) -> SearchParameters {
        var changed = self
        changed.parameters.removeAll { $0.name == name }
        if let value { changed.parameters.append(Parameter(name, value)) }
        return changed
    }

    /// The parameters as the query of a URL, without the `?`: all but RFC 3986's unreserved characters and `,:/|` is
    /// percent-encoded.
    package var query: String {
        parameters.map { "\(Self.encode($0.name))=\(Self.encode($0.value))" }.joined(separator: "&")
    }

    /// A URL with these as its query.
    package func url(on base: String) -> String { parameters.isEmpty ? base : "\(base)?\(query)" }

    private static func fault(_ what: String, _ name: String) -> FHIRError {
        let place = name.quotedBriefly
        return .malformed(
            .value, "\(what) \(place) is not percent-encoded UTF-8; write a literal % as %25 and encode in UTF-8",
            at: String(place.dropFirst().dropLast()))
    }

    /// Nil for a broken percent-encoding and for invalid UTF-8.
    private static func decode(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard index + 2 < range.upperBound, let high = hex(bytes[index + 1]), let low = hex(bytes[index + 2])
                else { return nil }
                decoded.append(high << 4 | low)
                index += 2
            case let byte: decoded.append(byte)
            }
            index += 1
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }

    private static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where "-._~,:/|".utf8.contains(byte): encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default: encoded += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
