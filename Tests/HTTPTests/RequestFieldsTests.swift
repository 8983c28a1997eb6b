import HTTP
import Testing

@Suite struct RequestFieldsTests {
    private let fields = RequestFields([
        (FieldName("ACCEPT"), "a"), (.host, "h"), (FieldName("accept"), "b, c"), (FieldName("Accept-Charset"), "x"),
        (.origin, ""),
    ])

    @Test func aNameIsFoundInAnyCaseAndNoLongerOne() {
        #expect(fields.texts(.accept) == ["a", "b, c"])
        #expect(fields.bytes(.accept).map { String(decoding: $0, as: UTF8.self) } == "a")
        #expect(fields.texts(FieldName("Accep")).isEmpty)
        #expect(fields.count == 5)
        #expect(fields.count(of: .accept) == 2)
        #expect(fields.count(of: .prefer) == 0)
    }

    @Test func severalLinesAreOneList() {
        #expect(fields[.accept] == "a, b, c")
        #expect(fields[.host] == "h")
    }

    @Test func whatIsEmptyIsThereAndWhatIsMissingIsNot() {
        #expect(fields[.origin] == "")
        #expect(fields.bytes(.origin)?.isEmpty == true)
        #expect(fields[.prefer] == nil)
        #expect(fields.values(.prefer).isEmpty)
    }
}
