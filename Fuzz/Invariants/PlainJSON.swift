/// What can be said of a JSON text without parsing it: where strings are, and so what else there is.
struct PlainJSON {
    /// The text without the space between tokens.
    private(set) var tokens: [UInt8] = []
    private(set) var hasEscapes = false
    /// Of arrays and objects.
    private(set) var depth = 0
    /// What stands outside strings, but for the space and the punctuation between: numbers, `true`, `false`, `null`.
    private(set) var words: [String] = []

    init(_ text: [UInt8]) {
        var isInString = false
        var isEscaped = false
        var open = 0
        var bare: [UInt8] = []
        for byte in text {
            bare.append(isInString ? 0x20 : byte)
            if isInString {
                tokens.append(byte)
                if !isEscaped, byte == UInt8(ascii: "\"") { isInString = false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                if isEscaped { hasEscapes = true }
                continue
            }
            if ![0x20, 0x09, 0x0a, 0x0d].contains(byte) { tokens.append(byte) }
            if byte == UInt8(ascii: "\"") { isInString = true }
            if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { open += 1 }
            if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { open -= 1 }
            depth = max(depth, open)
        }
        words = bare.split { " \t\r\n\"[]{},:".utf8.contains($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The grammar of RFC 8259 §6, read from the front.
    static func isNumber(_ word: String) -> Bool {
        var rest = Substring(word)
        func digits() -> Int {
            let run = rest.prefix { "0"..."9" ~= $0 }
            rest = rest.dropFirst(run.count)
            return run.count
        }
        func skip(_ letters: String) -> Bool {
            guard let first = rest.first, letters.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = skip("-")
        let beginsWithZero = rest.first == "0"
        let whole = digits()
        guard whole == 1 || whole > 1 && !beginsWithZero else { return false }
        if skip("."), digits() == 0 { return false }
        if skip("eE") {
            _ = skip("+-")
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }
}
