/// Swift source, line by line, seen in three ways, so that a rule about code is not tripped by a comment or a string
/// and a rule about comments is not tripped by code. What a view leaves out is a blank there; lines and columns agree.
struct SwiftText {
    /// The lines as they are written.
    let raw: [String]
    /// Only the code: no comment, and of a string literal only its quotes and the code in its interpolations.
    let code: [String]
    /// Only the comments.
    let comments: [String]

    init(_ text: String) {
        var scanner = Scanner(Array(text.utf8))
        scanner.scan()
        raw = Self.lines(Array(text.utf8))
        code = Self.lines(scanner.code)
        comments = Self.lines(scanner.comments)
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Splits Swift text into code and comments. It knows nested comments and every form of string literal; it takes a
/// regex literal for code, which is enough for a house that writes none.
private struct Scanner {
    let text: [UInt8]
    var code: [UInt8]
    var comments: [UInt8]
    var position = 0

    init(_ text: [UInt8]) {
        self.text = text
        let blank = text.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
        code = blank
        comments = blank
    }

    mutating func scan() {
        while position < text.count { scanOne() }
    }

    /// One comment, one literal, or one byte of code.
    private mutating func scanOne() {
        if sees("//") {
            while position < text.count, text[position] != UInt8(ascii: "\n") { keep(in: \.comments) }
        } else if sees("/*") {
            blockComment()
        } else if let hashes = literalHashes() {
            stringLiteral(hashes: hashes)
        } else {
            keep(in: \.code)
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if sees("/*") {
                depth += 1
                keep(in: \.comments)
            } else if sees("*/") {
                depth -= 1
                keep(in: \.comments)
            }
            keep(in: \.comments)
        } while depth > 0 && position < text.count
    }

    /// The number of `#` in front of a string literal that begins here; nil when none does.
    private func literalHashes() -> Int? {
        var end = position
        while end < text.count, text[end] == UInt8(ascii: "#") { end += 1 }
        return end < text.count && text[end] == UInt8(ascii: "\"") ? end - position : nil
    }

    private mutating func stringLiteral(hashes: Int) {
        let fence = String(repeating: "#", count: hashes)
        for _ in 0..<hashes { keep(in: \.code) }
        let quote = sees("\"\"\"") ? "\"\"\"" : "\""
        for _ in quote.utf8 { keep(in: \.code) }
        while position < text.count {
            if sees("\\" + fence + "(") {
                position += hashes + 1
                interpolation()
            } else if sees("\\" + fence) {
                position = min(position + hashes + 2, text.count)
            } else if sees(quote + fence) {
                for _ in 0..<(quote.utf8.count + hashes) { keep(in: \.code) }
                return
            } else if quote == "\"", text[position] == UInt8(ascii: "\n") {
                return  // Not a literal after all; the compiler will say so.
            } else {
                position += 1
            }
        }
    }

    /// From the opening bracket to the one that closes it.
    private mutating func interpolation() {
        var depth = 0
        repeat {
            if sees("(") { depth += 1 }
            if sees(")") { depth -= 1 }
            scanOne()
        } while depth > 0 && position < text.count
    }

    private func sees(_ expected: String) -> Bool {
        let end = position + expected.utf8.count
        return end <= text.count && text[position..<end].elementsEqual(expected.utf8)
    }

    private mutating func keep(in view: WritableKeyPath<Scanner, [UInt8]>) {
        guard position < text.count else { return }
        self[keyPath: view][position] = text[position]
        position += 1
    }
}
