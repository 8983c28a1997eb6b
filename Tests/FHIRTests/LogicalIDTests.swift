import FHIR
import Testing

struct LogicalIDTests {
    @Test(arguments: [
        "a", "Z", "0", "-", ".", "..", "a-b.C-9", "12345678", "123456789", String(repeating: "x", count: 63),
        String(repeating: "x", count: 64),
    ])
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
        let texts = [
            "-", ".", "0", "10", "2", "A", "Z", "a", "aa", "abcdefgh", "abcdefgh-", "abcdefgh0", "abcdefghi",
            "abcdefgi",
            "b",
        ]
        let ids = texts.compactMap { LogicalID($0) }
        #expect(ids.map(\.text) == texts)
        #expect(ids.shuffled().sorted() == ids)
    }

    @Test func idsAreOneOnlyWhenEveryByteIs() throws {
        let text = "0123456789-abcdefghijklmnopqrstuvwxyz.ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        let id = try #require(LogicalID(text))
        #expect(Set([id, try #require(LogicalID(text))]).count == 1)
        for end in 1..<text.count { #expect(LogicalID(String(text.prefix(end))) != id) }
        for place in 0..<text.count {
            #expect(LogicalID(text.prefix(place) + "_" + text.dropFirst(place + 1)) == nil)
            let other = try #require(LogicalID(text.prefix(place) + "-" + text.dropFirst(place + 1)))
            #expect((other == id) == (place == 10))
        }
    }

    @Test func aKeyIsTypeAndID() throws {
        let key = ResourceKey(type: .client, id: try #require(LogicalID("basic")))
        #expect(key.text == "Client/basic")
        #expect(key != ResourceKey(type: .client, id: try #require(LogicalID("Basic"))))
        #expect(key != ResourceKey(type: try #require(ResourceType("Patient")), id: key.id))
    }
}
