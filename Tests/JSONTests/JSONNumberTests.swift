import JSON
import Testing

struct JSONNumberTests {
    static let numbers = [
        "0", "-0", "1", "10", "-1", "1.10", "0.0", "-0.50", "1e2", "1E2", "1e+2", "1e-2", "1.5E-07", "1e400",
        "123456789012345678901234567890.123456789000",
    ]

    @Test(arguments: numbers) func aNumberKeepsItsText(_ text: String) throws {
        #expect(JSONNumber(text)?.text == text)
        #expect(try parsed(text) == .number(#require(JSONNumber(text))))
        #expect(try written(parsed("[\(text)]")) == "[\(text)]")
    }

    @Test(arguments: [
        "", "+1", "01", "-01", "00", ".5", "1.", "-", "-.5", "1e", "1e+", "1.e2", "1.5.5", "NaN", "Infinity",
        "-Infinity",
        "0x10", "1_000", " 1", "1 ", "١",
    ])
    func whatTheGrammarDoesNotKnowIsNoNumber(_ text: String) {
        #expect(JSONNumber(text) == nil)
        if text.trimmed == text { #expect(throws: JSONError.self) { try parsed(text) } }
    }

    @Test func onlyAnIntegersTextIsAnInteger() {
        #expect(JSONNumber("42")?.int == 42)
        #expect(JSONNumber("-9223372036854775808")?.int == Int.min)
        #expect(JSONNumber("9223372036854775808")?.int == nil)
        #expect(JSONNumber("1.0")?.int == nil)
        #expect(JSONNumber("1e2")?.int == nil)
        #expect(JSONNumber(-7).text == "-7")
    }
}

extension String {
    fileprivate var trimmed: String { String(self.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
