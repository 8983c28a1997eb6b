import FHIR
import Testing

struct LogicalIDTests {
    @Test(arguments: ["a", "Z", "0", "-", ".", "..", "a-b.C-9", String(repeating: "x", count: 64)])
    func anIDByThePatternIsTaken(_ text: String) {
        #expect(LogicalID(text)?.text == text)
    }

    @Test(arguments: [
        "", String(repeating: "x", count: 65), "a b", "a_b", "a/b", "a\n", "é", "e\u{301}", "\u{212A}", "a\0", "%41",
        "a,b",
    ])
    func whatThePatternDoesNotKnowIsNoID(_ text: String) {
        #expect(LogicalID(text) == nil)
    }

    @Test func idsAreOrderedByTheirBytes() {
        let ids = ["-", ".", "0", "10", "2", "A", "Z", "a", "aa", "b"].compactMap { LogicalID($0) }
        #expect(ids.count == 10)
        #expect(ids.shuffled().sorted() == ids)
    }

    @Test func aKeyIsTypeAndID() throws {
        let key = ResourceKey(type: .client, id: try #require(LogicalID("basic")))
        #expect(key.text == "Client/basic")
        #expect(key != ResourceKey(type: .client, id: try #require(LogicalID("Basic"))))
        #expect(key != ResourceKey(type: try #require(ResourceType("Patient")), id: key.id))
    }
}
