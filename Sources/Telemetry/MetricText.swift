/// The Prometheus text format 0.0.4, written line by line.
package struct MetricText: ~Copyable {
    private(set) var bytes: [UInt8] = []

    init() {}

    mutating func head(_ name: String, help: String, type: String) {
        bytes += "# HELP \(name) ".utf8
        appendEscaped(help, quotes: false)
        bytes += "\n# TYPE \(name) \(type)\n".utf8
    }

    mutating func sample(_ name: String, labels: [(String, String)], value: String) {
        bytes += name.utf8
        for (index, (label, value)) in labels.enumerated() {
            bytes.append(UInt8(ascii: index == 0 ? "{" : ","))
            bytes += label.utf8
            bytes += "=\"".utf8
            appendEscaped(value, quotes: true)
            bytes.append(UInt8(ascii: "\""))
        }
        if !labels.isEmpty { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
        bytes += value.utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    /// A name of a metric or label, without the colon, which is kept for recording rules.
    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    private mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
            case UInt8(ascii: "\"") where quotes: bytes += #"\""#.utf8
            default: bytes.append(byte)
            }
        }
    }
}
