import HTTP
import Storage
import Testing

@testable import Server

/// `If-Modified-Since` and `If-Unmodified-Since` (RFC 9110 §13.1.3, §13.1.4). The resource is from 22:13:20.123.
@Suite struct DateConditionTests {
    private static let (before, then, after) = (
        "Tue, 14 Nov 2023 22:13:19 GMT", "Tue, 14 Nov 2023 22:13:20 GMT", "Tue, 14 Nov 2023 22:13:21 GMT"
    )

    @Test(arguments: [
        ([(FieldName.ifModifiedSince, before)], 200), ([(.ifModifiedSince, then)], 304),
        ([(.ifModifiedSince, after)], 304), ([(.ifUnmodifiedSince, before)], 412), ([(.ifUnmodifiedSince, then)], 200),
        ([(.ifUnmodifiedSince, after)], 200),
        // What is no date, and what is two, is no condition.
        ([(.ifModifiedSince, "yesterday")], 200), ([(.ifModifiedSince, then), (.ifModifiedSince, then)], 200),
        ([(.ifUnmodifiedSince, "yesterday")], 200), ([(.ifUnmodifiedSince, ""), (.ifUnmodifiedSince, before)], 200),
        // Versions outrank dates.
        ([(.ifNoneMatch, #"W/"9""#), (.ifModifiedSince, after)], 200),
        ([(.ifNoneMatch, #"W/"1""#), (.ifModifiedSince, before)], 304),
        ([(.ifMatch, #"W/"1""#), (.ifUnmodifiedSince, before)], 200),
        ([(.ifMatch, #"W/"9""#), (.ifUnmodifiedSince, after)], 412),
        // Who wants it unmodified and has it is told so.
        ([(.ifUnmodifiedSince, then), (.ifModifiedSince, then)], 304),
        ([(.ifUnmodifiedSince, before), (.ifModifiedSince, after)], 412),
    ])
    func aReadDependsOnTheMoment(fields: [(FieldName, String)], status: Int) async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        for method in [Method.get, .head] {
            #expect(await desk.ask(method, "Patient/a", fields).status.code == status)
        }
    }

    @Test(arguments: [
        ([(FieldName.ifUnmodifiedSince, before)], false), ([(.ifUnmodifiedSince, then)], true),
        ([(.ifUnmodifiedSince, "yesterday")], true), ([(.ifModifiedSince, after)], true),
        ([(.ifMatch, #"W/"1""#), (.ifUnmodifiedSince, before)], true),
        ([(.ifMatch, #"W/"9""#), (.ifUnmodifiedSince, after)], false),
    ])
    func aWriteDependsOnTheMoment(fields: [(FieldName, String)], isDone: Bool) async throws {
        for method in [Method.put, .delete] {
            let desk = try Desk()
            try await desk.store.put(patient("a"))
            let response = await desk.ask(method, "Patient/a", fields, content: patient("a"))
            #expect((response.status == .preconditionFailed) == !isDone)
            #expect(desk.store.current(try key("Patient/a"))?.version == (isDone ? 2 : 1))
        }
    }

    @Test func whatIsNotThereHasNoMoment() async throws {
        let desk = try Desk()
        let response = await desk.ask(.put, "Patient/a", [(.ifUnmodifiedSince, Self.before)], content: patient("a"))
        #expect(response.status == .created)
    }
}
