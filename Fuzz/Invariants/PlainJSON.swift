/// What can be said of a JSON text without parsing it: where strings are, and so what else there is.
struct PlainJSON {
    /// The text without the space between tokens.
    private(set) var tokens: [UInt8] = []
    private(set) var hasEscapes = false
    /// Of arrays and objects.
    private(set) var depth = 0

    init(_ text: [UInt8]) {
        var isInString = false
        var isEscaped = false
        var open = 0
        for byte in text {
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
    }
}
