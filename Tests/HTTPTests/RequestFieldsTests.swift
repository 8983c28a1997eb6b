import HTTP
import Testing

@Suite struct RequestFieldsTests {
    /// In a head, since fields themselves cannot be copied into an expectation.
    private let head = RequestHead(
        method: .get, target: RequestTarget(path: "/"),
        fields: [(.accept, "a"), (.host, "h"), (.accept, "b, c"), (.acceptEncoding, "x"), (.origin, "")])

    private func texts(_ name: FieldName) -> [String] { head.fields.texts(name) }
    private func text(_ name: FieldName) -> String? { head.fields[name] }
    private func bytes(_ name: FieldName) -> [UInt8]? { head.fields.bytes(name).map { Array($0) } }
    private func count(_ name: FieldName) -> Int { head.fields.count(of: name) }
    private func has(_ name: FieldName) -> Bool { head.fields.has(name) }

    @Test func everyLineOfANameIsFoundAndNoOther() {
        let all = head.fields.count
        #expect(all == 5)
        #expect(texts(.accept) == ["a", "b, c"])
        #expect(bytes(.accept) == Array("a".utf8))
        #expect(count(.accept) == 2)
        #expect(count(.prefer) == 0)
    }

    @Test func linesBeyondTheUsualNumberAreFoundToo() {
        let lines = (1...20).map { (FieldName.accept, "\($0)") } + [(.host, "h"), (.prefer, "p")]
        let head = RequestHead(method: .get, target: RequestTarget(path: "/"), fields: lines)
        let found = (
            head.fields.texts(.accept), head.fields.count(of: .accept), head.fields[.host], head.fields.bytes(.prefer)
        )
        #expect(found.0 == (1...20).map { "\($0)" })
        #expect(found.1 == 20)
        #expect(found.2 == "h")
        #expect(found.3 == Array("p".utf8)[...])
    }

    @Test func severalLinesAreOneList() {
        #expect(text(.accept) == "a, b, c")
        #expect(text(.host) == "h")
    }

    @Test func whatIsEmptyIsThereAndWhatIsMissingIsNot() {
        #expect(has(.origin))
        #expect(text(.origin) == "")
        #expect(bytes(.origin)?.isEmpty == true)
        #expect(!has(.prefer))
        #expect(text(.prefer) == nil)
        #expect(bytes(.prefer) == nil)
        #expect(texts(.prefer).isEmpty)
    }
}
