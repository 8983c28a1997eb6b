import JSON
import Testing

@testable import FHIR

@Suite struct TransactionBundleTests {
    private static let client = #"{"resourceType":"Client","id":"a","x":1.10}"#

    private func read(_ text: String, depth: Int = 10) throws(TransactionFaults) -> [Resource] {
        try TransactionBundle.read(Array(text.utf8).span, maximumDepth: depth) { resource throws(FHIRError) in
            try resource.checkContent()
            return resource
        }
    }

    private func faults(_ text: String) throws -> [TransactionFault] {
        try #require(throws: TransactionFaults.self) { try read(text) }.faults
    }

    private static func bundle(_ entries: String, more: String = "") -> String {
        #"{"resourceType":"Bundle","type":"transaction"\#(more),"entry":[\#(entries)]}"#
    }

    private static func entry(
        _ resource: String = client, method: String = "PUT", url: String = "Client/a", more: String = ""
    ) -> String {
        #"{"request":{"method":"\#(method)","url":"\#(url)"\#(more)},"resource":\#(resource)}"#
    }

    @Test func putsAreReadInTheirOrderWithAllThatTheirResourcesHold() throws {
        let other = #"{"resourceType":"Patient","id":"p"}"#
        let resources = try read(Self.bundle("\(Self.entry(other, url: "Patient/p")),\(Self.entry())"))
        #expect(resources.map(\.key.text) == ["Patient/p", "Client/a"])
        #expect(resources.last?.object == (try object(Self.client)))
    }

    @Test func oneWithoutEntriesPutsNothing() throws {
        #expect(try read(#"{"resourceType":"Bundle","type":"transaction"}"#).isEmpty)
        #expect(try read(Self.bundle("")).isEmpty)
    }

    @Test func whatChangesNothingIsPassedOver() throws {
        let entry = Self.entry().dropLast() + #","fullUrl":"urn:uuid:1","link":[],"comment":1,"response":{}}"#
        let text = Self.bundle(String(entry), more: #","id":"b","meta":{},"timestamp":"x","total":3,"signature":{}"#)
        #expect(try read(text).count == 1)
        #expect(try read(Self.bundle(Self.entry(more: #","id":"r","extension":[]"#))).count == 1)
    }

    @Test(arguments: [
        ("", "Bundle"), ("[]", "Bundle"), (#"{"resourceType":"Patient"}"#, "Bundle"),
        (#"{"resourceType":"Bundle","resourceType":"Bundle"}"#, "Bundle"),
        (#"{"resourceType":"Bundle"}"#, "Bundle.type"), (#"{"resourceType":"Bundle","type":"batch"}"#, "Bundle.type"),
        (#"{"resourceType":"Bundle","type":"transaction","entry":{}}"#, "Bundle.entry"),
        (bundle("", more: #","implicitRules":"u""#), "Bundle.implicitRules"),
        (bundle("", more: #","modifierExtension":[]"#), "Bundle.modifierExtension"),
    ])
    func whatIsNoTransactionIsAFaultOfTheWhole(text: String, place: String) throws {
        #expect(try faults(text).map(\.place) == [place])
    }

    private static let bad: [(entry: String, place: String)] = [
        ("1", ""), (entry().dropLast() + #","modifierExtension":[]}"#, ".modifierExtension"),
        (#"{"resource":\#(client)}"#, ".request"), (#"{"request":1,"resource":\#(client)}"#, ".request"),
        (entry(method: "POST"), ".request.method"), (entry(method: "put"), ".request.method"),
        (#"{"request":{"url":"Client/a"},"resource":\#(client)}"#, ".request.method"),
        (entry(more: #","ifMatch":"W/\"1\"""#), ".request"), (entry(more: #","ifNoneMatch":"*""#), ".request"),
        (entry(more: #","ifNoneExist":"x""#), ".request"), (entry(more: #","ifModifiedSince":"x""#), ".request"),
        (#"{"request":{"method":"PUT","url":"Client/a"}}"#, ".resource"),
        (entry("[]"), ".resource"), (entry(#"{"resourceType":"Client"}"#), ".resource"),
        (entry(#"{"resourceType":"Klient","id":"a"}"#), ".resource"),
        (entry(url: "Client/b"), ".request.url"), (entry(url: "Patient/a"), ".request.url"),
        (entry(url: "/Client/a"), ".request.url"), (entry(url: "http://x/Client/a"), ".request.url"),
        (entry(url: "Client?_id=a"), ".request.url"), (entry(url: "Client/a/_history/1"), ".request.url"),
        (#"{"request":{"method":"PUT"},"resource":\#(client)}"#, ".request.url"),
        (entry(#"{"resourceType":"Client","id":"a","secret":"s3cret"}"#), ".resource"),
        (entry(#"{"resourceType":"Client","id":"root"}"#, url: "Client/root"), ".resource"),
    ]

    @Test(arguments: bad) func anEntryThatIsNoPutIsAFaultAtItsPlace(entry: String, place: String) throws {
        let before = Self.entry(#"{"resourceType":"Client","id":"before"}"#, url: "Client/before")
        let found = try faults(Self.bundle("\(before),\(entry)"))
        #expect(found.map(\.place) == ["Bundle.entry[1]\(place)"])
        #expect(found.first?.reason.contains("s3cret") == false)
    }

    @Test func allFaultsAreFoundAndInTheirOrder() throws {
        let found = try faults(Self.bundle(Self.bad.map(\.entry).joined(separator: ",")))
        #expect(found.map(\.place) == Self.bad.enumerated().map { "Bundle.entry[\($0.offset)]\($0.element.place)" })
    }

    @Test func aSecondEntryOfAResourceNamesTheFirst() throws {
        let found = try faults(Self.bundle([Self.entry(), "1", Self.entry()].joined(separator: ",")))
        #expect(found.map(\.place) == ["Bundle.entry[1]", "Bundle.entry[2]"])
        #expect(found.last?.reason.contains("Bundle.entry[0]") == true)
    }

    /// As deep as a resource may be that is put by a request, and no deeper.
    @Test func theNestingIsThatOfAResource() throws {
        let text = Self.bundle(Self.entry(#"{"resourceType":"Client","id":"a","x":[[]]}"#))
        #expect(try read(text, depth: 3).count == 1)
        #expect(throws: TransactionFaults.self) { try read(text, depth: 2) }
    }
}
