import Testing

@testable import HTTP

@Suite struct FieldNameTests {
    private func known(_ text: String) -> FieldName? { FieldName(Array(text.utf8).span) }

    @Test(arguments: FieldName.allCases)
    func aNameIsKnownInAnyCaseAndNoOtherIsTakenForIt(name: FieldName) {
        let text = name.text
        #expect(known(text) == name)
        #expect(known(text.uppercased()) == name)
        #expect(known(text.lowercased()) == name)
        for other in [
            "", " \(text)", "\(text) ", "x\(text)", "\(text)x", String(text.dropFirst()), String(text.dropLast()),
        ] {
            #expect(known(other) == nil)
        }
        for index in text.utf8.indices {
            var bytes = Array(text.utf8)
            // A letter and its neighbour in the table, a hyphen and a carriage return: one bit apart.
            bytes[text.utf8.distance(from: text.utf8.startIndex, to: index)] ^= text.utf8[index] == 0x2d ? 0x20 : 0x01
            #expect(FieldName(bytes.span) == nil)
        }
    }
}
