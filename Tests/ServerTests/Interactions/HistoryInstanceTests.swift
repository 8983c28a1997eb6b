import HTTP
import JSON
import Storage
import Testing

@testable import Server

@Suite struct HistoryInstanceTests {
    /// Patient/a in six versions, of which the third is a delete.
    private func filled(keeping rule: HistoryRule = .all) async throws -> Desk {
        let desk = try Desk(keeping: rule)
        for number in 1...6 {
            if number == 3 {
                try await desk.store.delete("Patient/a")
            } else {
                try await desk.store.put(patient("a", family: "v\(number)"))
            }
        }
        try await desk.store.put(patient("b"))
        return desk
    }

    private func versions(_ bundle: Response) -> [String] {
        (bundle.json["entry"]?.array ?? []).compactMap { $0.object?.value(at: "response", "etag")?.string }
    }

    private func statuses(_ bundle: Response) -> [String] {
        (bundle.json["entry"]?.array ?? []).compactMap { $0.object?.value(at: "response", "status")?.string }
    }

    private func link(_ relation: String, of bundle: Response) -> String? {
        bundle.json["link"]?.array?.first { $0.object?["relation"]?.string == relation }?.object?["url"]?.string
    }

    private func tags(_ numbers: [Int]) -> [String] { numbers.map { "W/\"\($0)\"" } }

    @Test func allVersionsComeWithTheNewestFirst() async throws {
        let response = try await filled().ask(.get, "Patient/a/_history")
        #expect(response.status == .ok)
        #expect(response[.contentType] == "application/fhir+json")
        #expect(response.json["resourceType"] == "Bundle" && response.json["type"] == "history")
        #expect(response.json["total"] == 6)
        #expect(versions(response) == tags([6, 5, 4, 3, 2, 1]))
        // What was not there before was created, what was deleted is not there.
        #expect(statuses(response) == ["200", "200", "201", "204", "200", "201"])
        #expect(response.json.value(at: "entry", "0", "fullUrl") == "http://h:8080/fhir/Patient/a")
        #expect(response.json.value(at: "entry", "0", "resource", "name", "0", "family") == "v6")
        #expect(response.json.value(at: "entry", "3", "resource") == nil)
        #expect(response.json.value(at: "entry", "3", "request", "method") == "DELETE")
        #expect(response.json.value(at: "entry", "4", "request", "url") == "Patient/a")
        #expect(response.json.value(at: "entry", "4", "response", "lastModified") == "2023-11-14T22:13:20.123Z")
        #expect(link("self", of: response) == "http://h:8080/fhir/Patient/a/_history")
        #expect(link("next", of: response) == nil)
    }

    @Test(arguments: [1, 2, 3, 5, 6, 7])
    func theLinkNextLeadsThroughAllOfThemOnce(count: Int) async throws {
        let desk = try await filled()
        var path: String? = "Patient/a/_history?_count=\(count)"
        var pages: [[String]] = []
        var statuses: [String] = []
        while let next = path {
            let page = await desk.ask(.get, next)
            #expect(page.json["total"] == 6)
            pages.append(versions(page))
            statuses += self.statuses(page)
            path = link("next", of: page)?.replacing("http://h:8080/fhir/", with: "")
            try #require(pages.count < 10)
            // What changes meanwhile does not move the pages.
            if pages.count == 1, path != nil { #expect(link("next", of: page)?.contains("_cursor") == true) }
        }
        #expect(pages.flatMap { $0 } == tags([6, 5, 4, 3, 2, 1]))
        #expect(statuses == ["200", "200", "201", "204", "200", "201"])
        #expect(pages.dropLast().allSatisfy { $0.count == count })
        #expect(pages.last?.isEmpty == false)
    }

    @Test func aPageEndsBeforeItIsTooLarge() async throws {
        let desk = try Desk()
        let large = String(repeating: "x", count: 3 << 20)
        for _ in 1...5 { try await desk.store.put(patient("a", family: large)) }
        let page = await desk.ask(.get, "Patient/a/_history")
        let shown = versions(page)
        #expect((1...3).contains(shown.count))
        #expect(page.content.count < SearchType.pageBytes + large.utf8.count + 10_000)
        let next = try #require(link("next", of: page)?.replacing("http://h:8080/fhir/", with: ""))
        #expect(versions(await desk.ask(.get, next)).first == tags([5 - shown.count]).first)
    }

    @Test func ofWhatIsNotKeptThereIsNothing() async throws {
        let response = try await filled(keeping: .newest(2)).ask(.get, "Patient/a/_history")
        #expect(response.json["total"] == 2)
        #expect(versions(response) == tags([6, 5]))
        #expect(statuses(response) == ["200", "200"])
        #expect(link("next", of: response) == nil)
    }

    @Test func aDeletedResourceHasAHistoryAndOneThatNeverWasHasNone() async throws {
        let desk = try await filled()
        try await desk.store.delete("Patient/a")
        #expect(versions(await desk.ask(.get, "Patient/a/_history?_count=2")) == tags([7, 6]))
        let missing = await desk.ask(.get, "Patient/c/_history")
        #expect(missing.status == .notFound && missing.issue == "error not-found")
        #expect(missing.diagnostics.contains("Patient/c"))
    }

    @Test func aCountOfNothingTellsTheNumberAlone() async throws {
        let response = try await filled().ask(.get, "Patient/a/_history?_count=0")
        #expect(response.json["total"] == 6)
        #expect(response.json["entry"] == nil && link("next", of: response) == nil)
    }

    /// All versions here are from 22:13:20.123.
    @Test func aMomentIsHonouredAndTheNumberNotTold() async throws {
        let desk = try await filled()
        let all = await desk.ask(.get, "Patient/a/_history?_since=2023-11-14T22:13:20.123Z&_count=4")
        #expect(versions(all) == tags([6, 5, 4, 3]))
        #expect(all.json["total"] == nil)
        #expect(link("next", of: all)?.contains("_since=") == true)
        let none = await desk.ask(.get, "Patient/a/_history?_since=2023-11-14T22:13:20.124Z")
        #expect(none.status == .ok && none.json["entry"] == nil && link("next", of: none) == nil)
    }

    @Test func anUnknownParameterIsLeftOutOfTheLinksOrRefused() async throws {
        let desk = try await filled()
        let lenient = await desk.ask(.get, "Patient/a/_history?colour=red&_count=2")
        #expect(versions(lenient) == tags([6, 5]))
        #expect(link("self", of: lenient) == "http://h:8080/fhir/Patient/a/_history?_count=2")
        #expect(link("next", of: lenient) == "http://h:8080/fhir/Patient/a/_history?_count=2&_cursor=5")
        let strict = await desk.ask(.get, "Patient/a/_history?colour=red", [(.prefer, "handling=strict")])
        #expect(strict.status == .badRequest && strict.diagnostics.contains("colour"))
        for query in ["_at=2023", "_list=x", "_count=x", "_cursor=x", "_since=x", "_count=%zz"] {
            #expect(await desk.ask(.get, "Patient/a/_history?\(query)").status == .badRequest, "\(query)")
        }
    }
}
