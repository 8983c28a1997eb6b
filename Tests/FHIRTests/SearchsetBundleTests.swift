import FHIR
import JSON
import Testing

struct SearchsetBundleTests {
    private func text(_ bundle: SearchsetBundle) throws -> String {
        let bytes = bundle.serialized
        // Well-formed in every shape.
        #expect(try JSONValue.parse(bytes.span, maximumDepth: 20).serialized == bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func whatIsEmptyIsLeftOut() throws {
        #expect(
            try text(SearchsetBundle(total: nil, links: [], matches: []))
                == #"{"resourceType":"Bundle","type":"searchset"}"#)
        #expect(
            try text(SearchsetBundle(total: 0, links: [.init("self", "http://h/fhir/Patient")], matches: []))
                == #"{"resourceType":"Bundle","type":"searchset","total":0,"#
                + #""link":[{"relation":"self","url":"http://h/fhir/Patient"}]}"#)
    }

    @Test func matchesComeWithTheirBytesUnchangedAndTheOutcomeLast() throws {
        let bundle = SearchsetBundle(
            total: 2, links: [],
            matches: [
                .init(fullURL: "http://h/a\"b", resource: Array(#"{"v":1.10}"#.utf8)),
                .init(fullURL: "http://h/2", resource: Array("{}".utf8)),
            ],
            outcome: OperationOutcome(.init(.notSupported, "no such parameter", severity: .warning)))
        #expect(
            try text(bundle)
                == #"{"resourceType":"Bundle","type":"searchset","total":2,"entry":["#
                + #"{"fullUrl":"http://h/a\"b","resource":{"v":1.10},"search":{"mode":"match"}},"#
                + #"{"fullUrl":"http://h/2","resource":{},"search":{"mode":"match"}},"#
                + #"{"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"warning","#
                + #""code":"not-supported","diagnostics":"no such parameter"}]},"search":{"mode":"outcome"}}]}"#)
    }

    @Test func anOutcomeMayStandAlone() throws {
        let bundle = SearchsetBundle(
            total: nil, links: [], matches: [], outcome: OperationOutcome(.init(.notSupported, "x")))
        #expect(try text(bundle).hasPrefix(#"{"resourceType":"Bundle","type":"searchset","entry":[{"resource":"#))
    }
}
