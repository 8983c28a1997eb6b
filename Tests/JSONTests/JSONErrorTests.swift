import Foundation
import JSON
import Testing

struct JSONErrorTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let message: String
        var testDescription: String { message }

        init(_ text: String, _ message: String) { self.init(bytes: Array(text.utf8), message) }
        init(bytes: [UInt8], _ message: String) {
            self.bytes = bytes
            self.message = message
        }
    }

    static let syntax = [
        Bad("", "line 1, column 1: the text is empty"),
        Bad(" \n ", "line 1, column 1: the text is empty"),
        Bad("\u{FEFF}{}", "line 1, column 1: the text begins with a byte order mark"),
        Bad("{} x", "line 1, column 4: more text follows the value"),
        Bad("{}\n{}", "line 2, column 1: more text follows"),
        Bad("[1,]", "line 1, column 4: unexpected character \"]\"; expected a value"),
        Bad("[1 2]", "line 1, column 4: unexpected character \"2\"; expected \",\" or \"]\""),
        Bad("{\"a\":1,}", "line 1, column 8: unexpected character \"}\"; expected a member's name in quotes"),
        Bad("{a:1}", "line 1, column 2: unexpected character \"a\"; expected a member's name in quotes"),
        Bad("{\"a\" 1}", "line 1, column 6: unexpected character \"1\"; expected \":\""),
        Bad("{\n  \"é\": x}", "line 2, column 8: unexpected character \"x\"; expected a value"),
        Bad("[\"ab", "line 1, column 5: the text ends too early; expected the closing quote"),
        Bad("{\"a\":1", "line 1, column 7: the text ends too early; expected \",\" or \"}\""),
        Bad("[", "line 1, column 2: the text ends too early; expected a value"),
        Bad("nul", "line 1, column 4: the text ends too early; expected \"null\""),
        Bad("True", "line 1, column 1: unexpected character \"T\""),
        Bad("tru3", "line 1, column 4: unexpected character \"3\"; expected \"true\""),
        Bad("'a'", "line 1, column 1: unexpected character \"'\""),
        Bad("[\0]", "line 1, column 2: unexpected byte 0x00"),
        Bad("[\u{A0}1]", "line 1, column 2: unexpected byte 0xC2"),
        Bad("[\u{C}1]", "line 1, column 2: unexpected byte 0x0C"),
        Bad("[NaN]", "line 1, column 2: unexpected character \"N\""),
    ]

    static let numbers = [
        Bad("[01]", "line 1, column 2: a number begins with a needless zero"),
        Bad("[-01]", "line 1, column 3: a number begins with a needless zero"),
        Bad("[+1]", "line 1, column 2: unexpected character \"+\""),
        Bad("[.5]", "line 1, column 2: unexpected character \".\""),
        Bad("[1.]", "line 1, column 4: a digit is missing after \".\""),
        Bad("[-]", "line 1, column 3: a digit is missing after \"-\""),
        Bad("[1e]", "line 1, column 4: a digit is missing after \"e\""),
        Bad("[1.5x]", "line 1, column 5: unexpected character \"x\""),
    ]

    static let strings = [
        Bad("[\"a\nb\"]", "line 1, column 4: a string holds the control character 0x0A; escape it as \\u000A"),
        Bad("[\"\u{1F}\"]", "line 1, column 3: a string holds the control character 0x1F; escape it as \\u001F"),
        Bad("[\"\\x\"]", "line 1, column 3: an unknown escape"),
        Bad("[\"\\u12G4\"]", "line 1, column 7: unexpected character \"G\"; expected four hexadecimal digits"),
        Bad("[\"\\", "line 1, column 4: the text ends too early"),
        Bad("[\"a\\ud800\"]", "line 1, column 4: half of a surrogate pair"),
        Bad("[\"\\udc00\"]", "line 1, column 3: half of a surrogate pair"),
        Bad("[\"\\ud800x\"]", "line 1, column 3: half of a surrogate pair"),
        Bad("[\"\\ud800\\n\"]", "line 1, column 3: half of a surrogate pair"),
        Bad("[\"\\ud800\\ud800\"]", "line 1, column 3: half of a surrogate pair"),
        Bad("[\"\\ud800\\u0041\"]", "line 1, column 3: half of a surrogate pair"),
        Bad("{\"\\udc00\":1}", "line 1, column 3: half of a surrogate pair"),
    ]

    @Test(arguments: syntax + numbers + strings) func aFaultSaysWhatAndWhere(_ bad: Bad) throws {
        let error = try #require(throws: JSONError.self) {
            try JSONValue.parse(bad.bytes.span, maximumDepth: 100)
        }
        #expect(error.description.hasPrefix(bad.message), "\(error)")
        #expect(error.description.contains(";"), "no remedy in: \(error)")
    }

    @Test(arguments: [
        [0x80], [0xBF], [0xC3], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
        [0xF0, 0x80, 0x80, 0xAF], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        [0xE2, 0x82],
    ])
    func invalidUTF8IsRefusedWhereItBegins(_ sequence: [UInt8]) throws {
        for prefix in ["[\"é", "[\"\\té", "{\"é"] {
            let bytes = Array(prefix.utf8) + sequence + Array("z\"]".utf8)
            let error = try #require(throws: JSONError.self) {
                try JSONValue.parse(bytes.span, maximumDepth: 100)
            }
            #expect(error.fault == .invalidUTF8)
            #expect(error.line == 1)
            #expect(error.column == prefix.unicodeScalars.count + 1)
        }
    }

    @Test func aDuplicateIsFoundAfterUnescapingAndNamed() throws {
        let error = try #require(throws: JSONError.self) {
            try parsed("{\"resourceType\": \"Patient\",\n \"id\": 1,\n   \"i\\u0064\": 2}")
        }
        #expect(error.description == "line 3, column 4: duplicate member \"id\"; keep one of them")
    }

    @Test(arguments: [1, 2, 15, 16, 17, 18, 40, 1_000]) func aDuplicateIsFoundInAnObjectOfAnySize(_ size: Int) {
        let names = (0..<size).map { "member\($0)" }
        let members = { (names: [String]) in "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}" }
        #expect(throws: Never.self) { try parsed(members(names)) }
        for name in [names[0], names[size / 2], names[size - 1]] {
            #expect(throws: JSONError.self) { try parsed(members(names + [name])) }
        }
    }

    @Test func namesThatOnlyLookAlikeAreNoDuplicates() throws {
        let object = try #require(try parsed("{\"\u{E9}\":1,\"e\u{301}\":2}").object)
        #expect(object.members.count == 2)
        let filler = (0..<20).map { "\"f\($0)\":0" }.joined(separator: ",")
        #expect(throws: Never.self) { try parsed("{\(filler),\"\u{E9}\":1,\"e\u{301}\":2}") }
    }

    @Test func aMessageQuotesLittleOfTheText() throws {
        let name = String(repeating: "n", count: 10_000)
        let error = try #require(throws: JSONError.self) { try parsed("{\"\(name)\":1,\"\(name)\":2}") }
        #expect(error.description.count < 200)
        let marks = "a" + String(repeating: "\u{301}", count: 10_000)
        let other = try #require(throws: JSONError.self) { try parsed("{\"\(marks)\":1,\"\(marks)\":2}") }
        #expect(other.description.utf8.count < 400)
    }

    @Test func nestingEndsAtTheMaximum() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try parsed(nested(5), maximumDepth: 5) }
        let error = try #require(throws: JSONError.self) { try parsed(nested(6), maximumDepth: 5) }
        #expect(error.fault == .tooDeep(maximum: 5))
        #expect(error.column == 6)
        #expect(throws: JSONError.self) { try parsed("[]", maximumDepth: 0) }
        #expect(throws: Never.self) { try parsed("[[],[],{\"a\":[]}]", maximumDepth: 3) }
        #expect(throws: JSONError.self) { try parsed("{\"a\":{\"b\":{\"c\":{}}}}", maximumDepth: 3) }
    }

    @Test(arguments: ["[", "{\"a\":"]) func theDeepestTextFitsASmallStack(_ open: String) async throws {
        let close = open == "[" ? "]" : "}"
        let depth = JSONValue.nestingCeiling
        let text = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        let deeper = String(repeating: open, count: 1_000_000)
        let survived = await withCheckedContinuation { continuation in
            let thread = Thread {
                let value = try? parsed(text, maximumDepth: .max)
                let again = value.map(written)
                let isRefused = (try? parsed(deeper, maximumDepth: .max)) == nil
                continuation.resume(returning: again == text && value == value && isRefused)
            }
            #if DEBUG
                thread.stackSize = 4_194_304
            #else
                thread.stackSize = 524_288
            #endif
            thread.start()
        }
        #expect(survived)
    }
}
