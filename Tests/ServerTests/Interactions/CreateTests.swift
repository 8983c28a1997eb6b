import HTTP
import JSON
import Storage
import Testing

@testable import Server

@Suite struct CreateTests {
    @Test func aResourceGetsAnIDOfOursWhateverItCarries() async throws {
        for content in [patient("mine"), #"{"resourceType":"Patient","x":1.10}"#] {
            let desk = try Desk()
            let response = await desk.ask(.post, "Patient", content: content)
            #expect(response.status == .created)
            #expect(response[.location] == "http://h:8080/fhir/Patient/chosen/_history/1")
            #expect(response[.eTag] == #"W/"1""#)
            #expect(response.json["id"] == "chosen")
            #expect(response.json.value(at: "meta", "versionId") == "1")
            #expect(response.text.contains(#""x":1.10"#))
            #expect(desk.store.current(try key("Patient/chosen"))?.body == response.content)
            #expect(desk.store.current(try key("Patient/mine")) == nil)
        }
    }

    @Test func anIDThatIsTakenOverwritesNothing() async throws {
        let desk = try Desk()
        try await desk.store.put(patient("chosen"))
        #expect(
            await desk.ask(.post, "Patient", content: patient("x", family: "Other")).status == .preconditionFailed)
        #expect(desk.store.current(try key("Patient/chosen"))?.version == 1)
    }

    @Test(arguments: [
        ("", 400, "error required"), ("{", 400, "error structure"), ("[]", 400, "error structure"),
        (#"{"resourceType":"Patient"} x"#, 400, "error structure"),
        (#"{"resourceType":"Patient","a":1,"a":2}"#, 400, "error structure"), ("{}", 400, "error required"),
        (#"{"resourceType":"Observation"}"#, 400, "error value"),
        (#"{"resourceType":"Patient","meta":1}"#, 422, "error structure"),
    ])
    func whatIsNoSuchResourceIsRefusedAndNothingIsStored(content: String, status: Int, issue: String) async throws {
        let desk = try Desk()
        let response = await desk.ask(.post, "Patient", content: content)
        #expect(response.status.code == status)
        #expect(response.issue == issue)
        #expect(!response.diagnostics.isEmpty)
        #expect(desk.store.types().isEmpty)
    }

    @Test func theLimitOfNestingIsKept() async throws {
        let desk = try Desk(nesting: 3)
        func status(_ value: String) async throws -> Int {
            let content = #"{"resourceType":"Patient","x":\#(value)}"#
            return await desk.ask(.put, "Patient/a", content: content.replacing("}", with: #","id":"a"}"#)).status
                .code
        }
        #expect(try await status("[[1]]") == 201)
        #expect(try await status("[[[1]]]") == 400)
    }

    @Test func aConditionalCreateIsNotDoneUnconditionally() async throws {
        let desk = try Desk()
        let response = await desk.ask(.post, "Patient", [(.ifNoneExist, "name=x")], content: patient("a"))
        #expect(response.status == .notImplemented)
        #expect(desk.store.types().isEmpty)
    }

    @Test func aLiteralSecretIsRefusedAndQuotedNowhere() async throws {
        let desk = try Desk()
        let content = #"{"resourceType":"Client","secret":"hush-hush"}"#
        let response = await desk.ask(.post, "Client", content: content)
        #expect(response.status == .unprocessableContent)
        #expect(response.issue == "error business-rule")
        #expect(!response.text.contains("hush-hush"))
        #expect(!desk.log.mentions("hush-hush"))
        #expect(desk.store.types().isEmpty)
    }

    @Test func aStoreThatCannotWriteIsToldApart() async throws {
        let desk = try Desk()
        desk.store.breaks(with: .full(DiskFault(call: "pwrite", path: "/srv/x", code: 28)))
        #expect(await desk.ask(.post, "Patient", content: patient("a")).status == .insufficientStorage)
        desk.store.breaks(with: .overloaded(waiting: 1))
        #expect(await desk.ask(.post, "Patient", content: patient("a")).status == .serviceUnavailable)
        desk.store.breaks(with: nil)
        #expect(await desk.ask(.post, "Patient", content: patient("a")).status == .created)
    }
}
