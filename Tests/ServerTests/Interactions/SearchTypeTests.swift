import HTTP
import JSON
import Testing

@testable import Server

@Suite struct SearchTypeTests {
    /// Patients a to e, of which c is deleted, and an Observation.
    private func filled() async throws -> Desk {
        let desk = try Desk()
        for id in ["e", "a", "c", "b", "d"] { try await desk.store.put(patient(id)) }
        try await desk.store.delete("Patient/c")
        try await desk.store.put(#"{"resourceType":"Observation","id":"a"}"#)
        return desk
    }

    private func ids(_ bundle: Response) -> [String] {
        (bundle.json["entry"]?.array ?? []).compactMap { entry in
            guard entry.object?.value(at: "search", "mode") == "match" else { return nil }
            return entry.object?.value(at: "resource", "id")?.string
        }
    }

    private func link(_ relation: String, of bundle: Response) -> String? {
        bundle.json["link"]?.array?.first { $0.object?["relation"]?.string == relation }?.object?["url"]?.string
    }

    /// What a link of ours leads to, for `Desk.ask`.
    private func path(_ url: String) -> String { url.replacing("http://h:8080/fhir/", with: "") }

    @Test func theResourcesOfATypeComeByID() async throws {
        let response = try await filled().ask(.get, "Patient")
        #expect(response.status == .ok)
        #expect(response[.contentType] == "application/fhir+json")
        #expect(response.json["resourceType"] == "Bundle")
        #expect(response.json["type"] == "searchset")
        #expect(response.json["total"] == 4)
        #expect(ids(response) == ["a", "b", "d", "e"])
        #expect(response.json.value(at: "entry", "0", "fullUrl") == "http://h:8080/fhir/Patient/a")
        #expect(response.json.value(at: "entry", "0", "resource", "meta", "versionId") == "1")
        #expect(link("self", of: response) == "http://h:8080/fhir/Patient")
        #expect(link("next", of: response) == nil)
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func theLinkNextLeadsThroughAllOfThemOnce(count: Int) async throws {
        let desk = try await filled()
        var path: String? = "Patient?_count=\(count)"
        var pages: [[String]] = []
        while let next = path {
            let page = await desk.ask(.get, next)
            #expect(page.json["total"] == 4)
            pages.append(ids(page))
            path = link("next", of: page).map { self.path($0) }
            try #require(pages.count < 10)
        }
        #expect(pages.flatMap { $0 } == ["a", "b", "d", "e"])
        #expect(pages.dropLast().allSatisfy { $0.count == count })
        #expect(pages.last?.isEmpty == false)
    }

    @Test func theSearchByIDKnowsWhatIsThereAndPagesToo() async throws {
        let desk = try await filled()
        let found = await desk.ask(.get, "Patient?_id=e,c,nobody,a")
        #expect(ids(found) == ["a", "e"])
        #expect(found.json["total"] == 2)
        let first = await desk.ask(.get, "Patient?_id=e,d,a&_count=2")
        #expect(ids(first) == ["a", "d"])
        #expect(first.json["total"] == 3)
        let next = try #require(link("next", of: first))
        let second = await desk.ask(.get, path(next))
        #expect(ids(second) == ["e"])
        #expect(link("next", of: second) == nil)
        #expect(ids(await desk.ask(.get, "Patient?_id=a&_id=b")).isEmpty)
    }

    @Test(arguments: ["_summary=count", "_count=0", "_summary=count&_id=a,b,c"])
    func theNumberAloneIsEnoughForSome(query: String) async throws {
        let response = try await filled().ask(.get, "Patient?\(query)")
        #expect(response.json["total"] == (query.contains("_id") ? 2 : 4))
        #expect(response.json["entry"] == nil)
        #expect(link("next", of: response) == nil)
    }

    @Test func aTotalThatNobodyWantsIsLeftOut() async throws {
        let response = try await filled().ask(.get, "Patient?_total=none")
        #expect(response.json["total"] == nil)
        #expect(ids(response).count == 4)
    }

    @Test func anEmptyAnswerIsABundleToo() async throws {
        let response = try await filled().ask(.get, "Encounter")
        #expect(response.json["total"] == 0)
        #expect(response.json["entry"] == nil)
    }

    @Test func aParameterThatIsNotSupportedIsSaidOrRefused() async throws {
        let desk = try await filled()
        let lenient = await desk.ask(.get, "Patient?name=x&_sort=name&_id=a")
        #expect(ids(lenient) == ["a"])
        let issue = lenient.json.value(at: "entry", "1", "resource", "issue", "0")?.object
        #expect(lenient.json.value(at: "entry", "1", "search", "mode") == "outcome")
        #expect(issue?["severity"] == "warning")
        #expect(issue?["expression"] == ["name", "_sort"])
        let strict = await desk.ask(.get, "Patient?name=x&_id=a", [(.prefer, "handling=strict")])
        #expect(strict.status == .badRequest)
        #expect(strict.issue == "error not-supported")
        #expect(await desk.ask(.get, "Patient?_id=a", [(.prefer, "handling=strict")]).status == .ok)
    }

    @Test func theLinksHoldWhatWasUsedAndNothingElse() async throws {
        let desk = try await filled()
        let page = await desk.ask(.get, "Patient?name=x&_count=1&_summary=true&_sort=name&_id=a,b&_total=accurate")
        #expect(link("self", of: page) == "http://h:8080/fhir/Patient?_count=1&_id=a,b&_total=accurate")
        let next = try #require(link("next", of: page))
        #expect(next == "http://h:8080/fhir/Patient?_count=1&_id=a,b&_total=accurate&_cursor=a")
        let last = await desk.ask(.get, path(next))
        #expect(link("self", of: last) == next)
        #expect(link("self", of: await desk.ask(.get, "Patient?name=x")) == "http://h:8080/fhir/Patient")
    }

    @Test(arguments: [
        "_count=x", "_count=-1", "_id=a_b", "_id:not=a", "_total=some", "_cursor=%20", "_count=1&_count=2", "a=%zz",
    ])
    func aValueThatMakesNoSenseIs400(query: String) async throws {
        let response = try await filled().ask(.get, "Patient?\(query)")
        #expect(response.status == .badRequest)
        #expect(response.json["resourceType"] == "OperationOutcome")
    }

    @Test func aSearchOfTooManyParametersOrIDsIs400() async throws {
        let desk = try await filled()
        let parameters = { (count: Int) in Array(repeating: "x=1", count: count).joined(separator: "&") }
        let ids = { (count: Int) in "_id=" + (1...count).map { "i\($0)" }.joined(separator: ",") }
        for (good, bad) in [(parameters(100), parameters(101)), (ids(1_000), ids(1_001))] {
            #expect(await desk.ask(.get, "Patient?\(good)").status == .ok)
            let refused = await desk.ask(.get, "Patient?\(bad)")
            #expect(refused.status == .badRequest)
            #expect(refused.issue == "error too-costly")
            #expect(await desk.ask(.post, "Patient/_search", content: bad).status == .badRequest)
        }
    }

    @Test(arguments: ["Patient", "Patient?_id=a,b,c,d"])
    func aPageEndsWithItsBytesAndTheLinkNextLeadsToTheRest(search: String) async throws {
        let desk = try Desk()
        let family = String(repeating: "x", count: SearchType.pageBytes / 3 + 1)
        for id in ["a", "b", "c", "d"] { try await desk.store.put(patient(id, family: family)) }
        let first = await desk.ask(.get, search)
        #expect(ids(first) == ["a", "b", "c"])
        #expect(first.json["total"] == 4)
        let next = try #require(link("next", of: first))
        let second = await desk.ask(.get, path(next))
        #expect(ids(second) == ["d"])
        #expect(link("next", of: second) == nil)
    }

    @Test func byPostTheParametersOfFormAndURLCountTogether() async throws {
        let desk = try await filled()
        let both = await desk.ask(.post, "Patient/_search?_id=a,b", content: "_count=1")
        #expect(ids(both) == ["a"])
        #expect(both.json["total"] == 2)
        // Its links are for GET.
        #expect(link("self", of: both) == "http://h:8080/fhir/Patient?_id=a,b&_count=1")
        let next = try #require(link("next", of: both))
        #expect(ids(await desk.ask(.get, path(next))) == ["b"])
        #expect(ids(await desk.ask(.post, "Patient/_search", content: "_id=d")) == ["d"])
        #expect(ids(await desk.ask(.post, "Patient/_search")).count == 4)
    }

    @Test func aSearchFindsWhatAWriteHasJustStored() async throws {
        let desk = try await filled()
        _ = await desk.ask(.put, "Patient/c", content: patient("c"))
        #expect(ids(await desk.ask(.get, "Patient")) == ["a", "b", "c", "d", "e"])
    }
}
