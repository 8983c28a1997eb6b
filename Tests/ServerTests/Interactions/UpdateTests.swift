import HTTP
import JSON
import Storage
import Testing

@testable import Server

@Suite struct UpdateTests {
    @Test func thePutOfANewIDCreatesAndTheNextOneUpdates() async throws {
        let desk = try Desk()
        let created = await desk.ask(.put, "Patient/a", content: patient("a"))
        #expect(created.status == .created)
        #expect(created[.location] == "http://h:8080/fhir/Patient/a/_history/1")
        #expect(created[.eTag] == #"W/"1""#)
        let updated = await desk.ask(.put, "Patient/a", content: patient("a", family: "Windsor"))
        #expect(updated.status == .ok)
        #expect(updated[.location] == nil)
        #expect(updated[.eTag] == #"W/"2""#)
        #expect(updated[.lastModified] == "Tue, 14 Nov 2023 22:13:20 GMT")
        #expect(updated.text.contains("Windsor"))
        #expect(desk.store.current(try key("Patient/a"))?.body == updated.content)
    }

    @Test func whatWasDeletedComesBackAsANewResourceWithTheNextVersion() async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        try await desk.store.delete("Patient/a")
        let response = await desk.ask(.put, "Patient/a", content: patient("a"))
        #expect(response.status == .created)
        #expect(response[.eTag] == #"W/"3""#)
    }

    @Test(arguments: [
        (FieldName.ifMatch, #"W/"2""#, 200), (.ifMatch, #""2""#, 200), (.ifMatch, "*", 200),
        (.ifMatch, #"W/"1", W/"2""#, 200), (.ifMatch, #"W/"1""#, 412), (.ifMatch, #""x""#, 412), (.ifMatch, "2", 400),
        (.ifNoneMatch, "*", 412), (.ifNoneMatch, #"W/"1""#, 400), (.ifNoneMatch, "x", 400),
    ])
    func aWriteDependsOnItsCondition(field: FieldName, value: String, status: Int) async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        try await desk.store.put(patient("a"))
        let response = await desk.ask(.put, "Patient/a", [(field, value)], content: patient("a"))
        #expect(response.status.code == status)
        #expect(desk.store.current(try key("Patient/a"))?.version == (status == 200 ? 3 : 2))
        if status == 412 { #expect(response.issue == "error conflict") }
    }

    @Test(arguments: [Method.put, .delete])
    func twoConditionsThatExcludeEachOtherAreNeverMet(method: Method) async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        let fields: [(FieldName, String)] = [(.ifMatch, #"W/"1""#), (.ifNoneMatch, "*")]
        let response = await desk.ask(method, "Patient/a", fields, content: patient("a"))
        #expect(response.status == .preconditionFailed)
        #expect(response.diagnostics.contains("If-Match") && response.diagnostics.contains("If-None-Match"))
        #expect(desk.store.current(try key("Patient/a"))?.version == 1)
    }

    @Test func aConditionHoldsForWhatIsNotThereToo() async throws {
        let desk = try Desk()
        let match = await desk.ask(.put, "Patient/a", [(.ifMatch, "*")], content: patient("a"))
        #expect(match.status == .preconditionFailed)
        let absent = await desk.ask(.put, "Patient/a", [(.ifNoneMatch, "*")], content: patient("a"))
        #expect(absent.status == .created)
    }

    @Test(arguments: [
        ("", "error required"), (patient("b"), "error value"), (#"{"resourceType":"Patient"}"#, "error required"),
        (#"{"resourceType":"Observation","id":"a"}"#, "error value"),
        (#"{"resourceType":"Patient","id":1}"#, "error value"),
    ])
    func contentThatDisagreesWithTheURLIs400(content: String, issue: String) async throws {
        let desk = try Desk()
        let response = await desk.ask(.put, "Patient/a", content: content)
        #expect(response.status == .badRequest)
        #expect(response.issue == issue)
        #expect(desk.store.types().isEmpty)
    }

    @Test func anIDThatCannotBeIs400() async throws {
        let response = try await Desk().ask(.put, "Patient/a_b", content: patient("a_b"))
        #expect(response.status == .badRequest)
        #expect(response.issue == "error value")
    }

    @Test(arguments: [
        ("return=minimal", ""), ("return=OperationOutcome", "information informational"),
        ("return=representation", "id"),
        ("return=nonsense", "id"), ("handling=strict, return=minimal", ""),
    ])
    func theResponseIsAsMuchAsTheClientPrefers(preference: String, content: String) async throws {
        let desk = try Desk()
        let response = await desk.ask(.put, "Patient/a", [(.prefer, preference)], content: patient("a"))
        #expect(response.status == .created)
        #expect(response[.eTag] == #"W/"1""#)
        #expect(response[.location] != nil)
        switch content {
        case "": #expect(response.content.isEmpty && response[.contentType] == nil)
        case "id": #expect(response.json["id"] == "a")
        default: #expect(response.issue == content)
        }
    }
}
