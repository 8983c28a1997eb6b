import HTTP
import Storage
import Testing

@testable import Server

@Suite struct DeleteTests {
    @Test func aDeleteTakesAVersionAndASecondOneDoesNot() async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        let first = await desk.ask(.delete, "Patient/a")
        #expect(first.status == .noContent)
        #expect(first.lines == [#"ETag: W/"2""#])
        #expect(first.content.isEmpty)
        let second = await desk.ask(.delete, "Patient/a")
        #expect(second.status == .noContent)
        #expect(second.lines.isEmpty)
        let stored = try #require(desk.store.current(try key("Patient/a")))
        #expect(stored.version == 2)
        #expect(stored.isDeleted)
    }

    @Test func whatWasNeverThereNeedNotBeDeleted() async throws {
        let desk = try Desk()
        #expect(await desk.ask(.delete, "Patient/a").status == .noContent)
        #expect(desk.store.current(try key("Patient/a")) == nil)
        #expect(await desk.ask(.delete, "Patient/a_b").status == .notFound)
    }

    @Test(arguments: [(#"W/"1""#, 204), ("*", 204), (#"W/"2""#, 412), ("1", 400)])
    func aDeleteDependsOnItsCondition(tags: String, status: Int) async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        #expect(await desk.ask(.delete, "Patient/a", [(.ifMatch, tags)]).status.code == status)
        #expect(desk.store.current(try key("Patient/a"))?.isDeleted == (status == 204))
    }

    @Test func aStoreThatCannotWriteDeletesNothing() async throws {
        let desk = try Desk()
        try await desk.store.put(patient("a"))
        desk.store.breaks(with: .unavailable("it is broken"))
        #expect(await desk.ask(.delete, "Patient/a").status == .serviceUnavailable)
        #expect(await desk.ask(.get, "Patient/a").status == .ok)
    }
}
