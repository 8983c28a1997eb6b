import HTTP
import JSON
import Testing

@testable import Server

@Suite struct ReadTests {
    @Test func aResourceComesWithItsValidators() async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        let response = await desk.ask(.get, "Patient/a")
        #expect(response.status == .ok)
        #expect(
            response.text
                == #"{"resourceType":"Patient","id":"a","meta":{"versionId":"1","#
                + #""lastUpdated":"2023-11-14T22:13:20.123Z"},"name":[{"family":"Chalmers"}],"x":1.10}"#)
        #expect(
            response.lines == [
                "Content-Type: application/fhir+json", #"ETag: W/"1""#, "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT",
            ])
    }

    @Test func whatIsNotThereIs404AndWhatWasDeletedIs410() async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        try await desk.store.delete("Patient/a")
        let missing = await desk.ask(.get, "Patient/b")
        #expect(missing.status == .notFound)
        #expect(missing.issue == "error not-found")
        #expect(missing.diagnostics.contains("Patient/b"))
        let gone = await desk.ask(.get, "Patient/a")
        #expect(gone.status == .gone)
        #expect(gone.issue == "error deleted")
        #expect(gone.diagnostics.contains("version 2"))
        #expect(await desk.ask(.get, "Observation/a").status == .notFound)
    }

    @Test(arguments: ["a_b", "a%20b", "é", String(repeating: "a", count: 65)])
    func anIDThatCannotBeIs404(id: String) async throws {
        let response = try await Desk().ask(.get, "Patient/\(id)")
        #expect(response.status == .notFound)
        #expect(response.diagnostics.contains("1 to 64"))
    }

    @Test(arguments: [
        (#"W/"2""#, 304), (#""2""#, 304), ("*", 304), (#"W/"1", W/"2""#, 304), (#"W/"1""#, 200), (#""x""#, 200),
        ("2", 400),
    ])
    func whoHasTheVersionAlreadyIsToldSo(tags: String, status: Int) async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        try await desk.store.put(patient("a", family: "Windsor"))
        let response = await desk.ask(.get, "Patient/a", [(.ifNoneMatch, tags)])
        #expect(response.status.code == status)
        if status == 304 {
            // Not sent (ResponseTests): it tells whether Vary belongs here.
            #expect(!response.content.isEmpty)
            #expect(response.lines == [#"ETag: W/"2""#, "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT"])
        }
    }

    @Test(arguments: [(#"W/"1""#, 412), (#""x""#, 412), (#"W/"2""#, 200), ("*", 200), ("2", 400)])
    func aReadOfAnotherVersionThanTheOneWantedIs412(tags: String, status: Int) async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        try await desk.store.put(patient("a", family: "Windsor"))
        let response = await desk.ask(.get, "Patient/a", [(.ifMatch, tags)])
        #expect(response.status.code == status)
        if status != 200 { #expect(!response.text.contains("Windsor")) }
    }

    @Test func aPreferenceForLessIsAboutWritesOnly() async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        #expect(await desk.ask(.get, "Patient/a", [(.prefer, "return=minimal")]).json["id"] == "a")
    }
}
