/// A media type or range with the parameters that matter here (RFC 9110 §8.3.1, §12.4.2).
struct MediaType {
    let name: String
    /// From 0, not acceptable, to 1.
    private(set) var quality = 1.0
    private(set) var isUTF8 = true

    init?(_ text: String) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        name = Self.trimmed(parts[0]).lowercased()
        guard name.split(separator: "/").count == 2 else { return nil }
        for parameter in parts.dropFirst() {
            let halves = parameter.split(separator: "=", maxSplits: 1)
            guard halves.count == 2 else { continue }
            let value = Self.trimmed(halves[1]).lowercased().filter { $0 != "\"" }
            switch Self.trimmed(halves[0]).lowercased() {
            case "q": quality = Double(value) ?? 0
            case "charset": isUTF8 = value == "utf-8"
            default: continue
            }
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
