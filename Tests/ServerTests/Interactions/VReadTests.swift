import HTTP
import JSON
import Storage
import Testing

@testable import Server

@Suite struct VReadTests {
    /// A desk with Patient/a in three versions, of which the second is a delete.
    private func filled() async throws -> Desk {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        try await desk.store.delete("Patient/a")
        try await desk.store.put(patient("a", family: "Windsor"))
        return desk
    }

    @Test func aVersionComesWithItsValidators() async throws {
        let desk = try await filled()
        let response = await desk.ask(.get, "Patient/a/_history/1")
        #expect(response.status == .ok)
        #expect(
            response.text
                == #"{"resourceType":"Patient","id":"a","meta":{"versionId":"1","#
                + #""lastUpdated":"2023-11-14T22:13:20.123Z"},"name":[{"family":"Chalmers"}],"x":1.10}"#)
        #expect(
            response.lines == [
                "Content-Type: application/fhir+json", #"ETag: W/"1""#, "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT",
            ])
        let newest = await desk.ask(.get, "Patient/a/_history/3")
        #expect(newest.content == (await desk.ask(.get, "Patient/a")).content)
    }

    @Test func theVersionThatIsADeleteIs410AndOthersOfWhatWasDeletedAreNot() async throws {
        let desk = try await filled()
        try await desk.store.delete("Patient/a")
        for number in [2, 4] {
            let response = await desk.ask(.get, "Patient/a/_history/\(number)")
            #expect(response.status == .gone)
            #expect(response.issue == "error deleted")
            #expect(response.diagnostics.contains("Version \(number) of Patient/a"))
        }
        #expect(await desk.ask(.get, "Patient/a/_history/3").status == .ok)
    }

    @Test(arguments: ["0", "4", "01", "x", "1.0", "-1", "%31x", "99999999999999999999", "é"])
    func aVersionThatNeverWasIs404(number: String) async throws {
        let response = try await filled().ask(.get, "Patient/a/_history/\(number)")
        #expect(response.status == .notFound)
        #expect(response.issue == "error not-found")
        #expect(response.diagnostics.contains("from 1 to 3"))
    }

    @Test func aVersionThatIsNotKeptIs404AndSaysSo() async throws {
        let desk = try Desk(keeping: .newest(1))
        for family in ["Chalmers", "Windsor"] { try await desk.store.put(patient("a", family: family)) }
        let response = await desk.ask(.get, "Patient/a/_history/1")
        #expect(response.status == .notFound)
        #expect(response.diagnostics.contains("Version 1 of Patient/a is not kept any more"))
        #expect(await desk.ask(.get, "Patient/a/_history/2").status == .ok)
    }

    @Test func aResourceThatNeverWasHasNoVersion() async throws {
        let desk = try await filled()
        let response = await desk.ask(.get, "Patient/b/_history/1")
        #expect(response.status == .notFound)
        #expect(response.diagnostics.contains("Patient/b does not exist"))
        #expect(await desk.ask(.get, "Patient/a_b/_history/1").diagnostics.contains("1 to 64"))
    }

    @Test(arguments: [
        ((FieldName.ifNoneMatch, #"W/"1""#), 304), ((.ifNoneMatch, "*"), 304), ((.ifNoneMatch, #"W/"3""#), 200),
        ((.ifNoneMatch, "1"), 400), ((.ifMatch, #"W/"1""#), 200), ((.ifMatch, #"W/"3""#), 412),
        ((.ifModifiedSince, "Tue, 14 Nov 2023 22:13:20 GMT"), 304),
        ((.ifModifiedSince, "Tue, 14 Nov 2023 22:13:19 GMT"), 200),
    ])
    func whoHasTheVersionAlreadyIsToldSo(field: (FieldName, String), status: Int) async throws {
        let response = try await filled().ask(.get, "Patient/a/_history/1", [field])
        #expect(response.status.code == status)
        if status == 304 {
            #expect(response.lines == [#"ETag: W/"1""#, "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT"])
        }
    }

    @Test func aStoreThatCannotReadIsA500AndSaysNothingOfItsFiles() async throws {
        let desk = try await filled()
        let fault = DiskFault(call: "pread", path: "/srv/keyward/base", code: 5)
        desk.store.breaks(with: .disk(fault))
        for path in ["Patient/a/_history/1", "Patient/a/_history"] {
            let response = await desk.ask(.get, path)
            #expect(response.status.code == 500)
            #expect(response.issue == "error exception")
            #expect(!response.text.contains("srv") && response.diagnostics.contains("cannot read"))
        }
        #expect(desk.log.lines.map(\.message) == Array(repeating: "the store cannot read an old version", count: 2))
        #expect(desk.log.lines.allSatisfy { $0.fields["error"]?.contains("pread /srv/keyward/base") == true })
    }
}
