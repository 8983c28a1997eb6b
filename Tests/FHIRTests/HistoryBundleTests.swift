import FHIR
import JSON
import Testing

@Suite struct HistoryBundleTests {
    private func text(_ bundle: HistoryBundle) throws -> String {
        let bytes = bundle.serialized
        // Well-formed in every shape.
        #expect(try JSONValue.parse(bytes.span, maximumDepth: 20).serialized == bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func entry(_ version: Int, _ resource: String?, isCreated: Bool = false) throws -> HistoryBundle.Entry {
        let type = try #require(ResourceType("Patient"))
        let id = try #require(LogicalID("a"))
        return HistoryBundle.Entry(
            ResourceKey(type: type, id: id), version: version,
            lastUpdated: try #require(Instant("2026-01-02T03:04:05.678Z")), resource: resource.map { Array($0.utf8) },
            isCreated: isCreated)
    }

    @Test func whatIsEmptyIsLeftOut() throws {
        #expect(
            try text(HistoryBundle(total: nil, links: [], entries: [], base: "http://h/fhir"))
                == #"{"resourceType":"Bundle","type":"history"}"#)
        #expect(
            try text(HistoryBundle(total: 3, links: [.init("self", "http://h/x")], entries: [], base: "http://h/fhir"))
                == #"{"resourceType":"Bundle","type":"history","total":3,"#
                + #""link":[{"relation":"self","url":"http://h/x"}]}"#)
    }

    /// R4 bdl-3, bdl-4: each entry of a history has a request and a response; bdl-8: no full URL names a version.
    @Test func eachVersionSaysWhatMadeItAndItsBytesAreUnchanged() throws {
        let entries = [
            try entry(4, #"{"v":1.10}"#, isCreated: true), try entry(3, nil), try entry(2, "{}"),
        ]
        let time = #""lastModified":"2026-01-02T03:04:05.678Z"}}"#
        #expect(
            try text(HistoryBundle(total: 4, links: [], entries: entries, base: "http://h\"/fhir"))
                == #"{"resourceType":"Bundle","type":"history","total":4,"entry":["#
                + #"{"fullUrl":"http://h\"/fhir/Patient/a","resource":{"v":1.10},"#
                + #""request":{"method":"PUT","url":"Patient/a"},"response":{"status":"201","etag":"W/\"4\"",\#(time),"#
                + #"{"fullUrl":"http://h\"/fhir/Patient/a","#
                + #""request":{"method":"DELETE","url":"Patient/a"},"#
                + #""response":{"status":"204","etag":"W/\"3\"",\#(time),"#
                + #"{"fullUrl":"http://h\"/fhir/Patient/a","resource":{},"#
                + #""request":{"method":"PUT","url":"Patient/a"},"#
                + #""response":{"status":"200","etag":"W/\"2\"",\#(time)]}"#)
    }
}
